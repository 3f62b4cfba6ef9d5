# %% [markdown]
# Counts parameters and convolutions from the blocks of the network, not from its object.

# %% question="r7"
conv1_params = 64 * 147 + 64
conv_count = 1 + 3 * (3 + 4 + 6 + 3) + 4
total_params = 25_636_712
channels = [64] + 3 * [64, 64, 256] + 4 * [128, 128, 512] + 6 * [256, 256, 1024] + 3 * [512, 512, 2048]
frozen_params = 2 * (sum(channels) + 256 + 512 + 1024 + 2048)
print(frozen_params)
