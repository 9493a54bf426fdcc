" Vim: copy to ~/.vim/compiler/, then `:compiler callkit-lint` and `:make`; findings are in the quickfix list.
if exists('current_compiler')
  finish
endif
let current_compiler = 'callkit-lint'

CompilerSet makeprg=callkit-lint\ check\ --exit-zero
" A finding, and the steps of its chain as entries of their own that can be jumped to.
CompilerSet errorformat=%f:%l:%c:\ %trror:\ %m
CompilerSet errorformat+=%f:%l:%c:\ %tarning:\ %m
CompilerSet errorformat+=%f:%l:%c:\ %tote:\ %m
CompilerSet errorformat+=%\\s%\\+%m\ \ \ %f:%l
CompilerSet errorformat+=%-G%.%#
