# %% [markdown]
# The one-hot labels are made, but both models are fitted to the digits themselves, with the sparse form of the loss.

# %% question="b2"
modelnn.compile(optimizer="rmsprop", loss="sparse_categorical_crossentropy", metrics=["acc"])

# %% question="b3"
history = modelnn.fit(x_train, g_train, batch_size=128, epochs=15, validation_split=0.2, verbose=0)

# %% question="b5"
history_table = pd.DataFrame(history.history, index=range(1, 16))
print(history_table.head(5))

plt.plot(history_table["loss"], label="on the training images")
plt.plot(history_table["val_loss"], label="on the validation images")
plt.xlabel("epochs so far")
plt.ylabel("cross-entropy")
plt.legend()
plt.show()
plt.plot(history_table["acc"], label="on the training images")
plt.plot(history_table["val_acc"], label="on the validation images")
plt.xlabel("epochs so far")
plt.ylabel("share of right answers")
plt.legend()
plt.show()

# %% question="b9"
results_nn = modelnn.evaluate(x_test, g_test, return_dict=True, verbose=0)

# %% question="c2"
modellr.compile(
    optimizer=keras.optimizers.RMSprop(),
    loss=keras.losses.SparseCategoricalCrossentropy(),
    metrics=[keras.metrics.SparseCategoricalAccuracy()],
)
history_lr = modellr.fit(x_train, g_train, batch_size=128, epochs=30, validation_split=0.2, verbose=0)

# %% question="c4"
only_nn_right = np.count_nonzero((pred_nn == g_test) * (pred_lr != g_test))
only_lr_right = np.count_nonzero((pred_nn != g_test) * (pred_lr == g_test))

figure, axis = plt.subplots()
axis.plot(range(1, 16), history.history["val_acc"], "o-", label="two hidden layers")
axis.plot(range(1, 31), history_lr.history["val_sparse_categorical_accuracy"], "x-", label="none")
axis.set(xlabel="epoch", ylabel="accuracy", title="on the validation images")
figure.legend()
plt.show()
