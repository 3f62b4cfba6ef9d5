# %% [markdown]
# Draws the photographs in a grid, one subplot after another, as fractions from 0 to 1.

# %% question="r3"
plt.figure(figsize=(9, 6))
for place, name in enumerate(image_names):
    plt.subplot(2, (len(image_names) + 1) // 2, place + 1)
    plt.imshow(x[place] / 255)
    plt.title(f"{place}: {name}")
    plt.axis("off")
plt.tight_layout()
