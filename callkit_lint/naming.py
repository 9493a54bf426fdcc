"""Names across the language border: what Swift calls an Objective-C method, and what Objective-C calls a Swift one.

Pure functions over strings. They follow the Swift compiler's Clang importer: the classic bridging rules (`init`
families, factory methods, `error:` as `throws`) and SE-0005 (split the first selector piece at its last preposition,
omit words that only repeat a parameter's type). What only a compiler knows is approximated, and where that can change
a name the comment says so; `swift_names_of` gives the linker the other spellings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice, product

_PREPOSITION_LIST = """
    above after along alongside as at before below by following for from given in including inside into matching of on
    since to until using via with within
"""
PREPOSITIONS = frozenset(_PREPOSITION_LIST.split())

# The importer asks a word list whether a word is a verb, to decide what may be omitted after it. These are the verbs
# that occur in method names of Apple's frameworks and call SDKs; a verb that is missing here keeps a needless word,
# which `swift_names_of` covers.
_VERB_LIST = """
    abort accept acquire activate add allow animate announce answer append apply arrange ask assign attach attempt
    authenticate awake be become begin bind block bring build calculate call cancel capture change check choose
    clear click close collect commit compare complete compute configure connect consume contain contains continue
    convert copy count create cut deactivate decline delete deliver deselect destroy detach detect dial disable
    disappear disconnect dismiss dispatch display do download draw drop duplicate edit enable end enqueue enter
    enumerate escape establish evaluate exchange execute exit expand expect export extend fail fetch fill filter
    find finish fire focus follow force format forward free fulfill generate get give go guard handle hang have hide
    highlight hold identify ignore import include increase inform initialize inject insert instruct interrupt
    intersect invalidate invite invoke join keep kill launch lay layout leave let limit listen load lock log look
    lookup make manage map mark match measure merge move mute need note notice notify observe obtain open order
    override own park parse pass paste pause perform pick place play pop post prefer prepare present preserve press
    prevent process produce provide publish pull push put query queue raise reach read receive recognize record
    redirect reduce refresh refuse register reject release reload remember remove rename render repeat replace reply
    report request require reset resize resolve respond restart restore resume retain retrieve return revoke ring
    roll route run save scan schedule scroll search see seek select send serve set share show sign signal skip sleep
    snapshot sort speak split start stop store stream strip subscribe subtract suggest support suspend swap switch
    sync synchronize take tell test throw time toggle touch track transfer transform transition translate transmit
    trigger try turn unbind unhold unload unlock unmute unregister unsubscribe update upload use validate verify
    visit wait wake want warn watch work wrap write zoom
"""
VERBS = frozenset(_VERB_LIST.split())

_VACUOUS = frozenset(("get", "for", "set", "using", "with"))
_NO_MEMBER_NAMES = frozenset(("init", "Protocol", "self", "Type"))
_WORDS = re.compile(r"_|[A-Z]{2,}(?:ies|es|s)?(?![a-z])|[A-Z]+(?=[A-Z][a-z])|[A-Z]?[^A-Z_]+|[A-Z]+")
_TYPE_SUFFIX = re.compile(r"(?<=.)(?:Type|Ref|Mask|_t|(?<=[a-z])\d+D)$")
_EXTENDED_PREPOSITIONS = frozenset(
    (("compatible", "with"), ("best", "matching"), ("according", "to"), ("bound", "by"), ("separated", "by"))
)
_NO_SPLIT_BEFORE = frozenset(
    (("with", "error"), ("with", "no"), ("to", "visible"), ("to", "backing"), ("from", "backing"))
)

# How a C type is spelled when it is compared with words of a name.
_TYPE_WORDS = {
    "BOOL": "Bool", "bool": "Bool", "id": "Object", "SEL": "Selector", "int": "Int", "long": "Int", "short": "Int",
    "unsigned": "Int", "float": "Float", "double": "Double", "instancetype": "Object",
}  # fmt: skip


# ---- words ----------------------------------------------------------------------------------------------------------


def words_of(name: str) -> list[str]:
    """The camel-case words of a name: `reportCallWithUUID` -> report, Call, With, UUID."""
    return _WORDS.findall(name)


@lru_cache(maxsize=4096)
def is_verb(word: str) -> bool:
    """Is the word a verb or a gerund, as far as names of methods use them? `re-`, `de-` and `auto-` may precede."""
    word = word.lower()
    if word in VERBS:
        return True
    if word.endswith("ing") and len(word) > 4:
        stem = word[:-3]
        if stem in VERBS or stem + "e" in VERBS or (stem[-1] == stem[-2] and stem[:-1] in VERBS):
            return True
    return any(word.startswith(prefix) and word[len(prefix) :] in VERBS for prefix in ("auto", "re", "de"))


def _is_preposition(word: str) -> bool:
    return word.lower() in PREPOSITIONS


def _lower_first_word(name: str) -> str:
    """`URLSession` -> `urlSession`, `Foo` -> `foo`: a leading acronym goes lower-case as a whole."""
    if not name[:1].isupper():
        return name
    first = words_of(name)[0]
    return first.lower() + name[len(first) :]


def _capitalised(name: str) -> str:
    return name[:1].upper() + name[1:]


# ---- words that repeat a type ---------------------------------------------------------------------------------------


def _same_word(word: str, type_word: str) -> bool:
    """Does a name's word stand for a type's word? `URL` for `NSURL`, `Point` for `Point2`, `Date` for `Date`."""
    if len(word) == len(type_word):
        return word.lower() == type_word.lower()
    if len(word) > len(type_word):
        return False
    if type_word.lower().endswith(word.lower()):
        return not any(c.islower() or c == "_" for c in type_word[: len(type_word) - len(word) + 1])
    return type_word.lower().startswith(word.lower()) and type_word[len(word) :].isdigit()


def _words_matching_type(words: list[str], type_name: str) -> int:
    """How many words at the end of a name only repeat its parameter's type."""
    element = ""
    if type_name.startswith("["):
        element, type_name = type_name.strip("[]"), "NSArray"
    elif type_name.startswith("("):
        return 0
    type_words = words_of(_TYPE_WORDS.get(type_name, type_name))
    at, type_at = len(words), len(type_words)
    while at and type_at:
        word, type_word = words[at - 1], type_words[type_at - 1]
        if _same_word(word, type_word) or (word.lower() == "index" and type_word in ("Int", "Integer")):
            at, type_at = at - 1, type_at - 1
        elif element and len(word) > 2 and word.endswith("s"):
            repeated = _words_matching_type([*words[: at - 1], word[:-1]], element)
            return len(words) - at + repeated if repeated else len(words) - at
        elif at == len(words) and _TYPE_SUFFIX.search(type_name):
            type_name = _TYPE_SUFFIX.sub("", type_name)
            type_words = words_of(type_name)
            type_at = len(type_words)
        else:
            break
    return len(words) - at


def _without_type(name: str, type_name: str, role: str) -> str:
    """`name` without the words that repeat `type_name`; `role` is "base", "first" or "label".

    Words go only after a verb, gerund or preposition. The importer also keeps them where the class has a property of
    that name (`addGestureRecognizer(_:)`); one file does not show that, so such a name loses a word too many here.
    """
    words = words_of(name)
    repeated = _words_matching_type(words, type_name) if type_name else 0
    if not repeated:
        return name
    if repeated == len(words):
        return "" if role == "first" else name
    if repeated == 1 and words[-1] == "Error":
        return name
    before = words[-repeated - 1]
    if not (is_verb(before) or _is_preposition(before)):
        return name
    if role == "base":
        only_preposition = _is_preposition(before) and len(words) == repeated + 1
        shorter = "".join(words[:-repeated])
        return name if only_preposition or shorter in _NO_MEMBER_NAMES or shorter.lower() in _VACUOUS else shorter
    return "".join(words[:-repeated])


def _without_leading_type(name: str, type_name: str) -> str | None:
    """What follows the type's last words at the start of a name: (`colorWithRed`, `UIColor`) -> `WithRed`."""
    words, type_words = words_of(name), words_of(type_name)
    for start in range(len(type_words) - 1, -1, -1):
        length = len(type_words) - start
        if words and _same_word(words[0], type_words[start]):
            tail = zip(words[:length], type_words[start:], strict=False)
            if len(words) >= length and all(_same_word(word, type_word) for word, type_word in tail):
                return "".join(words[length:])
            return None
    return None


def _without_owner(base: str, owner: str) -> str:
    """A method's base name without its own class after a verb: `dismissViewControllerAnimated` -> `dismissAnimated`."""
    words = words_of(base)
    for end in range(len(words), 1, -1):
        repeated = _words_matching_type(words[:end], owner)
        if not repeated:
            continue
        start = end - repeated
        only_error = end == len(words) and words[start:] == ["Error"]
        if start == 0 or only_error or not is_verb(words[start - 1]) or words[start - 1].endswith("ing"):
            return base
        shorter = "".join(words[:start] + words[end:])
        return base if shorter in _NO_MEMBER_NAMES or shorter.lower() in _VACUOUS else shorter
    return base


# ---- the first selector piece ---------------------------------------------------------------------------------------


def _last_preposition(words: list[str]) -> int | None:
    """Where the last preposition stands; an earlier one where the last is `of` (`indexInRangeOfX` splits at `In`)."""
    found = [index for index, word in enumerate(words) if _is_preposition(word)]
    if not found:
        return None
    if words[found[-1]].lower() == "of" and len(found) > 1 and words[found[-2]].lower() not in ("of", "for"):
        return found[-2]
    return found[-1]


def _is_vacuous_preposition(preposition: str, rest: list[str], type_name: str) -> bool:
    """Is a `with` or `using` left out: before a block, or before options that have a default value?"""
    if preposition.lower() not in ("with", "using") or (rest and rest[0].lower() == "zone"):
        return False
    if type_name.startswith("("):
        return True
    last = words_of(type_name)[-1:] if type_name else []
    return last in (["Options"], ["Option"], ["Zone"], ["Block"], ["Handler"], ["Completion"], ["Callback"])


def _split_first_piece(piece: str, type_name: str) -> tuple[str, str]:
    """The base name and first label that a first selector piece becomes: `moveToPoint` -> (`move`, `toPoint`)."""
    words = words_of(piece)
    if words[-1:] == ["Animated"] and len(words) > 1 and _TYPE_WORDS.get(type_name) == "Bool":
        return "".join(words[:-1]), "animated"
    if words[:1] == ["set"]:
        return piece, ""
    at = _last_preposition(words)
    if not at:
        return piece, ""
    following = words[at + 1].lower() if at + 1 < len(words) else ""
    if (words[at].lower(), following) in _NO_SPLIT_BEFORE or words[at - 1].lower() == "plug":
        return piece, ""
    rest = words[at + 1 :]
    if (words[at - 1].lower(), words[at].lower()) in _EXTENDED_PREPOSITIONS:
        base, label = words[: at - 1], words[at - 1 :]
    elif _is_vacuous_preposition(words[at], rest, type_name):
        base, label = words[:at], rest
    elif rest in (["X"], ["Y"], ["Z"]):
        base, label = words[: at + 1], rest
    else:
        base, label = words[:at], words[at:]
    if not base:
        return piece, ""
    if base[0] in _NO_MEMBER_NAMES and len(base) == 1 or base[0].lower() in _VACUOUS and len(base) <= 2:
        return piece, ""
    return "".join(base), _lower_first_word("".join(label))


# ---- Objective-C to Swift -------------------------------------------------------------------------------------------


def is_init_selector(selector: str) -> bool:
    """Does a selector belong to the `init` family? `initWithFoo:` does, `initialise` does not."""
    return selector.startswith("init") and not selector[4:5].islower()


@lru_cache(maxsize=16384)
def imported_name(
    selector: str,
    parameter_types: tuple[str, ...] = (),
    is_init: bool = False,
    result: str = "",
    owner: str = "",
    is_static: bool = False,
) -> str:
    """The Swift name of an Objective-C method: `setActive:error:` -> `setActive(_:)`.

    `parameter_types` are bare type names as in `ir.Field.type`, but `NSError **` where the parameter is one: only that
    makes a throwing method. `owner` and `is_static` let `+fooWithBar:` of class Foo become `init(bar:)`.
    """
    pieces = selector.split(":")
    has_arguments = selector.endswith(":")
    labels = pieces[:-1] if has_arguments else pieces
    types = list(parameter_types[: len(labels)]) + [""] * (len(labels) - len(parameter_types))
    if has_arguments and _is_error_parameter(types[-1], result):
        labels, types, has_arguments = _without_error(labels, types)
    if is_init:
        return _initialiser(labels, types, labels[0][4:], has_arguments)
    returns_owner = bool(owner) and result in ("instancetype", owner)
    if is_static and returns_owner:
        rest = _without_leading_type(labels[0], owner)
        if rest is not None:
            return _initialiser(labels, types, rest, has_arguments)
    return _method(labels, types, has_arguments, owner, returns_owner)


def _is_error_parameter(type_name: str, result: str) -> bool:
    """Is the last parameter an `NSError **` of a method that can signal failure by NO or nil?"""
    cannot_fail = ("void", "int", "NSInteger", "NSUInteger", "double", "float", "CGFloat")
    return type_name.replace(" ", "") == "NSError**" and result not in cannot_fail


def _without_error(labels: list[str], types: list[str]) -> tuple[list[str], list[str], bool]:
    if len(labels) > 1:
        return labels[:-1], types[:-1], True
    for suffix in ("AndReturnError", "WithError"):
        if labels[0].endswith(suffix) and labels[0] != suffix:
            return [labels[0][: -len(suffix)]], [], False
    return labels, [], False


def _initialiser(labels: list[str], types: list[str], first: str, has_arguments: bool) -> str:
    """`init(…)`; `first` is what the first piece says after `init` or after the class's name."""
    words = words_of(first)
    if len(words) > 1 and words[0] == "With":
        words = words[1:]
    first = _lower_first_word("".join(words))
    if not has_arguments:
        # `initEmpty` takes a Void argument in Swift: `init(empty: ())`.
        return f"init({first}:)" if first else "init()"
    return "init" + _argument_list([first, *labels[1:]], types)


def _argument_list(labels: list[str], types: list[str]) -> str:
    shorter = (_without_type(label, kind, "label") for label, kind in zip(labels, types, strict=True))
    return "(" + "".join(f"{_lower_first_word(label) or '_'}:" for label in shorter) + ")"


def _method(labels: list[str], types: list[str], has_arguments: bool, owner: str, returns_owner: bool) -> str:
    base = labels[0]
    if returns_owner:
        base = _without_result_prefix(base, owner)
    if owner:
        base = _without_owner(base, owner)
    if not has_arguments:
        if returns_owner:
            base = _without_result_suffix(base, owner)
        return _lower_first_word(base) + "()"
    base, first = _split_first_piece(base, types[0])
    if first:
        # The first label may vanish as a whole, a later one never does.
        first = _without_type(first, types[0], "first")
    else:
        base = _without_type(base, types[0], "base")
    rest = _argument_list(labels[1:], types[1:])[1:]
    return f"{_lower_first_word(base)}({_lower_first_word(first) or '_'}:{rest}"


def _without_result_prefix(base: str, owner: str) -> str:
    """`stringByAppending…` of a string class -> `appending…`; `imageInRect…` of an image class -> `inRect…`."""
    rest = _without_leading_type(base, owner)
    words = words_of(rest or "")
    if len(words) < 2 or not _is_preposition(words[0]):
        return base
    return "".join(words[1:]) if words[0] == "By" and words[1].endswith("ing") else "".join(words)


def _without_result_suffix(base: str, owner: str) -> str:
    """`sharedManager` of a class `AudioManager` -> `shared`."""
    words = words_of(base)
    repeated = _words_matching_type(words, owner)
    shorter = "".join(words[:-repeated]) if 0 < repeated < len(words) else base
    return base if shorter in _NO_MEMBER_NAMES or shorter.lower() in _VACUOUS else shorter


@lru_cache(maxsize=16384)
def swift_names_of(
    selector: str, parameter_types: tuple[str, ...] = (), result: str = "", owner: str = "", is_static: bool = False
) -> tuple[str, ...]:
    """Names under which Swift may call a selector: the imported one first, then what it may be where types are unknown.

    The others are each piece with and without the words that may repeat a type, the first piece split and unsplit, and
    a trailing `error:` kept and dropped. At most 48 names, in a fixed order, without repetition.
    """
    is_init = is_init_selector(selector)
    names = [imported_name(selector, parameter_types, is_init, result, owner, is_static)]
    labels = selector.split(":")[:-1]
    if labels:
        shapes = [labels]
        if len(labels) > 1 and labels[-1].lower().endswith("error"):
            shapes.insert(0, labels[:-1])
        for shape in shapes:
            firsts = _initialiser_spellings(shape[0]) if is_init else _first_piece_spellings(shape[0])
            rests = [_label_spellings(label) for label in shape[1:]]
            for first, *rest in islice(product(firsts, *rests), 24):
                names.append(first + "".join(f"{label or '_'}:" for label in rest) + ")")
        for suffix in ("AndReturnError", "WithError"):
            if len(labels) == 1 and labels[0].endswith(suffix):
                names.append(_lower_first_word(labels[0][: -len(suffix)]) + "()")
    return tuple(dict.fromkeys(names))


def _label_spellings(label: str) -> Iterable[str]:
    """A later label as written, and cut after each verb or preposition: `startedConnectingAtDate` -> `…At`."""
    words = words_of(label)
    found = [label]
    for index in range(len(words) - 1, 0, -1):
        if is_verb(words[index - 1]) or _is_preposition(words[index - 1]):
            found.append("".join(words[:index]))
            break
    return [_lower_first_word(spelling) for spelling in found]


def _first_piece_spellings(piece: str) -> Iterable[str]:
    """How `doThingWithFoo` can begin a Swift name: `doThing(withFoo:`, `doThing(with:`, `doThing(foo:`, unsplit."""
    words = words_of(piece)
    found = []
    base, label = _split_first_piece(piece, "")
    if label:
        base = _lower_first_word(base)
        found += [f"{base}({spelling}:" for spelling in _label_spellings(label)]
        vacuous = words_of(label)[1:]
        if vacuous and label.startswith(("with", "using")):
            found.append(f"{base}({_lower_first_word(''.join(vacuous))}:")
    found.append(f"{_lower_first_word(piece)}(_:")
    for index in range(len(words) - 1, 0, -1):
        shorter = "".join(words[:index])
        if is_verb(words[index - 1]) and shorter.lower() not in _VACUOUS:
            found.append(f"{_lower_first_word(shorter)}(_:")
            break
    return found


def _initialiser_spellings(piece: str) -> Iterable[str]:
    words = words_of(piece[4:])
    if len(words) > 1 and words[0] == "With":
        words = words[1:]
    return [f"init({spelling or '_'}:" for spelling in _label_spellings(_lower_first_word("".join(words)))]


# ---- Swift to Objective-C -------------------------------------------------------------------------------------------


def exposed_selector(
    name: str,
    attributes: tuple[str, ...] = (),
    throws: bool = False,
    is_async: bool = False,
    trailing_closures: int = 0,
) -> str:
    """The selector under which Objective-C sees a Swift method: `configure(mode:)` -> `configureWithMode:`.

    The first label joins the base name with "With", unless it begins with a preposition or the base name ends with
    one. `throws` adds an error parameter, before the `trailing_closures` last parameters. An async method gets a
    completion handler instead. The attribute `objc(name:)` decides alone.
    """
    for attribute in attributes:
        explicit = re.fullmatch(r"@?objc\(\s*([\w:$]+)\s*\)", attribute)
        if explicit:
            return explicit[1]
    base, _, rest = name.partition("(")
    labels = [] if rest.startswith(":") or ":" not in rest else rest.rstrip(")").split(":")[:-1]
    pieces = ["" if label == "_" else label for label in labels]
    if is_async:
        pieces.append("completionHandler")
    elif throws:
        pieces.insert(len(pieces) - trailing_closures, "error")
    if not pieces:
        return base
    first, *others = pieces
    if throws and not is_async and len(pieces) - trailing_closures == 1:
        base += "AndReturnError"
    elif first:
        joined = _is_preposition(words_of(first)[0]) or _is_preposition((words_of(base) or [""])[-1])
        base += _capitalised(first) if joined else "With" + _capitalised(first)
    return ":".join([base, *others]) + ":"


def setter_selector(property_name: str) -> str:
    """The selector that sets a property: `enabled` -> `setEnabled:`."""
    return f"set{_capitalised(property_name)}:"


def property_of_setter(selector: str) -> str | None:
    """The property that a selector sets, None when it sets none: `setEnabled:` -> `enabled`, `setURL:` -> `URL`."""
    name = selector[3:-1]
    if not selector.startswith("set") or selector.count(":") != 1 or not selector.endswith(":") or not name:
        return None
    if name[0].islower():
        return None
    return name if name[1:2].isupper() else name[0].lower() + name[1:]
