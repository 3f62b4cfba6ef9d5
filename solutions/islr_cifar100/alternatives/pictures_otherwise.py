# %% [markdown]
# Draws the grid with subplot after subplot, and the history with pandas.

# %%
import pandas as pd

# %% question="q5"
plt.figure(figsize=(7, 7))
for place, index in enumerate(np.random.permutation(len(x_train))[:25], start=1):
    plt.subplot(5, 5, place)
    plt.imshow(x_train[index])
    plt.xticks([])
    plt.yticks([])
plt.tight_layout()

# %% question="q11"
curves = pd.DataFrame(history.history)[["accuracy", "val_accuracy"]]
curves.index = curves.index + 1
curves.plot(xlabel="epoch", ylabel="accuracy")
plt.show()
