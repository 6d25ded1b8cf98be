"""Long names of the variables of walks from random starts."""

LONG_NAMES = {
    "start": "number of the random start",
    "energy": "energy per spin in units of J",
    "magnetization": "signed magnetization per spin",
    "latent": "frame during the reverse chain, real numbers from noise to spins",
    "snapshot_time": "diffusion time t of the snapshot, 0 at the end",
}
