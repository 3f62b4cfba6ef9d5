"""The generators of synthetic sets, by the set's name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from deepgrade.data import synthetic_cifar100, synthetic_imdb, synthetic_mnist
from deepgrade.data.arrays import DataSet, Size
from deepgrade.data.download import Progress
from deepgrade.data.synthetic_hitters import generate_hitters
from deepgrade.data.synthetic_nyse import generate_nyse
from deepgrade.data.synthetic_photos import generate_photos

GENERATORS: Mapping[str, Callable[[Size, Progress | None], DataSet]] = {
    "mnist": synthetic_mnist.generate_mnist,
    "imdb": synthetic_imdb.generate_imdb,
    "cifar100": synthetic_cifar100.generate_cifar100,
    "hitters": generate_hitters,
    "nyse": generate_nyse,
    "photos": generate_photos,
}

QUICK_SIZES: Mapping[str, tuple[int, int]] = {
    "mnist": synthetic_mnist.SIZES["quick"],
    "imdb": synthetic_imdb.SIZES["quick"],
    "cifar100": synthetic_cifar100.SIZES["quick"],
}
"""Training and test rows of a set's quick size; sets of files have one size only."""
