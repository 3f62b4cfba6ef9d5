# %% [markdown]
# Shows the network one photograph after the other.

# %% question="r9"
scores, best_class = [], []
for image in x_ready:
    answer = resnet(image[None], training=False)
    scores.append(np.asarray(answer)[0])
    best_class.append(int(np.argmax(scores[-1])))
scores = np.array(scores)
