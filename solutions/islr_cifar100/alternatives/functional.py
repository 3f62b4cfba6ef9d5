# %% [markdown]
# Builds the model with the functional interface, activations as layers of their own, and a softmax layer at the end.

# %% question="q6"
inputs = keras.Input((32, 32, 3))
x = inputs
for filters in (32, 64, 128, 256):
    x = layers.Conv2D(filters, 3, padding="same")(x)
    x = layers.Activation("relu")(x)
    x = layers.MaxPooling2D()(x)
x = layers.Flatten()(x)
x = layers.Dropout(0.5)(x)
x = layers.ReLU()(layers.Dense(512)(x))
outputs = layers.Softmax()(layers.Dense(100)(x))
model = keras.Model(inputs, outputs)
model.summary()
