"""To come."""

from supportdesk.demo.script import Story

STORIES: tuple[Story, ...] = ()
