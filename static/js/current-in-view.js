// On a phone the pages of the set-up are a strip: shows the part of it where one is.
const current = document.querySelector(".panes--setup > .views [aria-current]")
current?.scrollIntoView({ inline: "center", block: "nearest" })
