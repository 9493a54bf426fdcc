;;; callkit-lint.el --- callkit-lint in compilation buffers -*- lexical-binding: t -*-

;; Load this file; then `M-x compile' with `callkit-lint check' shows findings and the steps of their chains as places.

;;; Code:

(require 'compile)

(defconst callkit-lint-regexp
  "^\\(.+?\\):\\([0-9]+\\):\\([0-9]+\\): \\(?:error\\|\\(warning\\)\\|\\(note\\)\\): .+ \\[[a-z0-9-]+\\]$"
  "A finding: file, line, column; the groups 4 and 5 say that it is a warning or a note.")

(defconst callkit-lint-step-regexp
  "^    .+?   \\([^ \n].*?\\):\\([0-9]+\\)$"
  "A step of a finding's chain: file and line.")

(add-to-list 'compilation-error-regexp-alist-alist `(callkit-lint ,callkit-lint-regexp 1 2 3 (4 . 5)))
(add-to-list 'compilation-error-regexp-alist-alist `(callkit-lint-step ,callkit-lint-step-regexp 1 2 nil 0))
(add-to-list 'compilation-error-regexp-alist 'callkit-lint-step)
(add-to-list 'compilation-error-regexp-alist 'callkit-lint)

(provide 'callkit-lint)
;;; callkit-lint.el ends here
