# %% [markdown]
# The network ends with a raw score, and the loss is told so.

# %% question="c1"
model = keras.Sequential([keras.Input((500,)), layers.Embedding(10000, 32), layers.LSTM(32), layers.Dense(1)])
model.summary()

# %% question="c4"
model.compile(
    optimizer="RMSprop",
    loss=keras.losses.BinaryCrossentropy(from_logits=True),
    metrics=[keras.metrics.BinaryAccuracy(name="accuracy", threshold=0.0)],
)

# %% question="d3"
results = model.evaluate(x_test_pad, y_test, verbose=0, return_dict=True)
print(results)
