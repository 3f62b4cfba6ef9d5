"""Publish: bring each student's page to that student, and to nobody else."""

from deepgrade.publish.addresses import page_name
from deepgrade.publish.errors import PublishError
from deepgrade.publish.letters import Letter, letter_for
from deepgrade.publish.outbox import Outbox
from deepgrade.publish.pages import Published, publish_pages, read_published
from deepgrade.publish.pdf import find_browser, write_pdf
from deepgrade.publish.post import Post, PostSettings

__all__ = [
    "Letter",
    "Outbox",
    "Post",
    "PostSettings",
    "PublishError",
    "Published",
    "find_browser",
    "letter_for",
    "page_name",
    "publish_pages",
    "read_published",
    "write_pdf",
]
