# %% [markdown]
# Reads and resizes the photographs with Pillow and another interpolation, and lists the folder with pathlib.

# %%
from pathlib import Path

from PIL import Image

# %% question="r1"
image_names = sorted(path.name for path in Path("book_images").iterdir())

# %% question="r2"
x = np.stack(
    [
        np.asarray(
            Image.open(f"book_images/{name}").convert("RGB").resize((224, 224), Image.Resampling.LANCZOS)
        )
        for name in image_names
    ]
).astype(float)
