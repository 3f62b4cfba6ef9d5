# %% [markdown]
# The networks end with raw scores; the losses are told so (`from_logits=True`) and apply softmax and sigmoid themselves.

# %% question="b2"
network = keras.Sequential([keras.Input((784,)), layers.Dense(512, "relu"), layers.Dense(10)])
print(network.count_params(), 784 * 512 + 512 + 512 * 10 + 10)

# %% question="b3"
network.compile(
    loss=keras.losses.CategoricalCrossentropy(from_logits=True),
    optimizer=keras.optimizers.RMSprop(),
    metrics=[keras.metrics.CategoricalAccuracy(name="accuracy")],
)

# %% question="b8"
first_ten = [int(np.argmax(row)) for row in network.predict(test_images, verbose=0)[:10]]
print(first_ten)

# %% question="c4"
model = keras.Sequential(
    [keras.Input((10000,)), layers.Dense(16, "relu"), layers.Dense(16, "relu"), layers.Dense(1)]
)

# %% question="c5"
model.compile(
    optimizer=keras.optimizers.RMSprop(),
    loss=keras.losses.BinaryCrossentropy(from_logits=True),
    metrics=[keras.metrics.BinaryAccuracy(name="accuracy", threshold=0.0)],
)

# %% question="c9"
final_model = keras.models.clone_model(model)
final_model.compile(
    optimizer="rmsprop",
    loss=keras.losses.BinaryCrossentropy(from_logits=True),
    metrics=[keras.metrics.BinaryAccuracy(name="accuracy", threshold=0.0)],
)
history_final = final_model.fit(x_train, y_train, epochs=4, batch_size=512, verbose=0)
results = final_model.evaluate(x_test, y_test, return_dict=True, verbose=0)
print(results)

# %% question="c12"
best_model = keras.Sequential(
    [keras.Input((10000,)), layers.Dense(32, "relu"), layers.Dropout(0.5), layers.Dense(1)]
)
best_model.compile(optimizer="rmsprop", loss=keras.losses.BinaryCrossentropy(from_logits=True))
best_model.fit(x_train, y_train, epochs=4, batch_size=256, verbose=0)
