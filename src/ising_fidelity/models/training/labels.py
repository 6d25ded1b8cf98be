"""Long names of losses."""

LONG_NAMES = {
    "epoch": "number of epochs so far",
    "loss": "training loss, mean over the epoch",
    "critic_loss": "loss of the critic, mean over the epoch",
    "gradient_penalty": "gradient penalty of the critic, mean over the epoch",
    "generator_loss": "loss of the generator, mean over the epoch",
    "held_out_loss": "loss of the held-out frames after the epoch",
    "learning_rate": "learning rate, mean over the epoch",
}
