# %% [markdown]
# Counts, table and plots are made with pandas, and what `evaluate` and the counts give are a dict and series.

# %% question="a2"
figure = plt.figure(figsize=(6, 6))
for place in range(1, 26):
    axis = figure.add_subplot(5, 5, place)
    axis.imshow(x_train[place - 1], cmap="gray")
    axis.set_axis_off()
    axis.set_title(g_train[place - 1], loc="left")
figure.tight_layout()

digit_counts = pd.Series(g_train).value_counts().sort_index()

# %% question="b5"
history_table = pd.DataFrame.from_dict(history.history)
history_table["epoch"] = np.arange(1, len(history_table) + 1)
print(history_table.head())

history_table.plot(x="epoch", y=["accuracy", "val_accuracy"], ylabel="accuracy")
history_table.plot(x="epoch", y=["loss", "val_loss"], ylabel="cross-entropy")
plt.show()

# %% question="b8"
pred_nn = pd.DataFrame(modelnn.predict(x_test, verbose=0)).idxmax(axis=1)
acc_nn = accuracy(pred_nn, g_test)

# %% question="b9"
results_nn = modelnn.evaluate(x_test, y_test, return_dict=True, verbose=0)

# %% question="c3"
pred_lr = pd.DataFrame(modellr.predict(x_test, verbose=0)).idxmax(axis=1)
acc_lr = accuracy(pred_lr, g_test)

# %% question="c4"
table = pd.crosstab(pred_nn == g_test, pred_lr == g_test)
only_nn_right, only_lr_right = table.loc[True, False], table.loc[False, True]

curves = pd.DataFrame(
    {
        "hidden layers": pd.Series(history.history["val_accuracy"]),
        "logistic": pd.Series(history_lr.history["val_accuracy"]),
    }
)
curves.index += 1
curves.plot(xlabel="epoch", ylabel="validation accuracy")
plt.show()
