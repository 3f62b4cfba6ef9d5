"""Image: the autograder's container, built from the repository's recipe and checked inside the sandbox's walls."""

from deepgrade.image.build import BuildRequest, build_image
from deepgrade.image.check import ImageError, ImageReport, check_image

__all__ = ["BuildRequest", "ImageError", "ImageReport", "build_image", "check_image"]
