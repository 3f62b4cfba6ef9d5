# %% [markdown]
# Pictures are shown one after the other, the names are a dictionary, the confusion matrix is a cross table, and both curves of a kind share axes with all others.

# %%
import pandas as pd

# %% question="a4"
class_names = dict(
    enumerate(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"])
)
for place in range(12):
    plt.figure(figsize=(1, 1))
    plt.imshow(x_train[place], cmap="gray")
    plt.title(f"{class_names[int(g_train[place])]}")
    plt.axis("off")
    plt.show()

# %% question="b1"
model = keras.Sequential([keras.Input(shape=(28, 28)), layers.Flatten()])
model.add(layers.Dense(256, "relu"))
model.add(layers.Dropout(0.5))
model.add(layers.Dense(10, "softmax"))

# %% question="b2"
hidden_params = 784 * 256 + 256
output_params = 256 * 10 + 10
total_params = sum([hidden_params, 0, output_params])

# %% question="c4"
for measure, values in reloaded_history.items():
    plt.plot(range(1, 11), values, label=measure)
plt.xlabel("epoch")
plt.ylabel("loss or accuracy")
plt.legend()

# %% question="d3"
table = pd.crosstab(pd.Series(g_test, name="truth"), pd.Series(predicted_classes, name="read as"))
confusion = table.reindex(index=range(10), columns=range(10), fill_value=0)
figure = plt.figure()
axis = figure.add_subplot()
axis.matshow(np.log10(1 + confusion))
axis.set(xlabel="read as", ylabel="truth")
for digit in range(10):
    axis.text(digit, digit, confusion.loc[digit, digit], ha="center", color="white")
figure
