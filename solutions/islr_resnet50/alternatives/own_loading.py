# %% [markdown]
# Builds the network without the function that was given, and predicts in batches of two.

# %% question="r6"
try:
    resnet = keras.applications.resnet.ResNet50(weights="imagenet", include_top=True)
    has_weights = True
except OSError:
    resnet = keras.applications.resnet.ResNet50(weights=None)
    has_weights = False

# %% question="r9"
scores = resnet.predict(x_ready, batch_size=2, verbose=0)
best_class = np.argsort(scores, axis=1)[:, -1]
