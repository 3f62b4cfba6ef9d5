# %% [markdown]
# The model is saved in two files, its plan as text and its weights as numbers; the history goes through pickle.

# %%
import pickle

# %% question="a1"
(train_images, g_train), (test_images, g_test) = keras.datasets.mnist.load_data()
num_train_images, num_test_images = len(g_train), len(g_test)
img_rows, img_cols = train_images.shape[1:]
num_pixels = np.prod(train_images.shape[1:])
num_classes = int(g_train.max()) + 1

# %% question="a3"
y_train = np.eye(10)[g_train]
y_test = np.zeros((num_test_images, 10), dtype=int)
y_test[np.arange(num_test_images), g_test] = 1

# %% question="b1"
model = keras.models.Sequential(
    [
        layers.InputLayer(shape=(28, 28, 1)),
        layers.Flatten(),
        layers.Dense(256),
        layers.Activation("relu"),
        layers.Dropout(0.5),
        layers.Dense(10),
        layers.Softmax(),
    ],
    name="digits",
)

# %% question="b3"
model.compile(
    optimizer=keras.optimizers.SGD(learning_rate=3e-2),
    loss=keras.losses.CategoricalCrossentropy(),
    metrics=[keras.metrics.CategoricalAccuracy(name="accuracy")],
)

# %% question="c3"
Path("plan.json").write_text(model.to_json())
model.save_weights("numbers.weights.h5")
Path("history.pickle").write_bytes(pickle.dumps(history.history))
model_bytes = Path("plan.json").stat().st_size + Path("numbers.weights.h5").stat().st_size

reloaded = keras.models.model_from_json(Path("plan.json").read_text())
reloaded.load_weights("numbers.weights.h5")
reloaded_history = pickle.loads(Path("history.pickle").read_bytes())  # noqa: S301 - our own file

# %% question="d3"
confusion = np.bincount(10 * g_test.astype(int) + predicted_classes, minlength=100).reshape(10, 10)
plt.pcolormesh(np.sqrt(confusion))
plt.xlabel("read as")
plt.ylabel("labelled")
plt.show()
