"""The podman and docker sandboxes: one image, one container a run."""

from deepgrade.sandbox.containers.container import DEFAULT_IMAGE, Container
from deepgrade.sandbox.containers.engines import ENGINES, Engine
from deepgrade.sandbox.containers.image_facts import ImageFacts, image_facts

__all__ = ["DEFAULT_IMAGE", "ENGINES", "Container", "Engine", "ImageFacts", "image_facts"]
