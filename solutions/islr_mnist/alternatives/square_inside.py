# %% [markdown]
# The network takes square images and flattens them itself; the regression reshapes its rows, flattens them and rescales.

# %% question="b1"
modelnn = keras.Sequential()
modelnn.add(keras.Input(shape=(28, 28)))
modelnn.add(layers.Flatten())
for units, rate in ((256, 0.4), (128, 0.3)):
    modelnn.add(layers.Dense(units))
    modelnn.add(layers.Activation("relu"))
    modelnn.add(layers.Dropout(rate))
modelnn.add(layers.Dense(10))
modelnn.add(layers.Softmax())
modelnn.summary()

# %% question="b3"
square = x_train.reshape(-1, 28, 28)
history = modelnn.fit(square, y_train, epochs=15, batch_size=128, validation_split=0.2, verbose=0)

# %% question="b8"
pred_nn = np.argmax(modelnn.predict(x_test.reshape(-1, 28, 28), verbose=0), axis=-1)
acc_nn = accuracy(pred_nn, g_test)

# %% question="b9"
results_nn = modelnn.evaluate(x_test.reshape(-1, 28, 28), y_test, verbose=0)

# %% question="c1"
modellr = keras.Sequential(
    [
        layers.Input((784,)),
        layers.Reshape((28, 28, 1)),
        layers.Rescaling(2.0, offset=-1.0),
        layers.Flatten(),
        layers.Dense(10),
        layers.Activation("softmax"),
    ]
)
