"""Classes that an exported script holds as they stand here: what a recipe needs and Keras does not have.

The app trains with the schedules among them, so script and app cannot drift apart. They need Keras, so the modules
beside this one read its text and never import it.
"""

# pyright: basic, reportOptionalMemberAccess=false, reportOptionalOperand=false, reportOptionalSubscript=false
# pyright: reportOperatorIssue=false
# A script has no annotations, and Keras none to infer them from: its operations "may return None".

import math

import keras


class OneCycle(keras.optimizers.schedules.LearningRateSchedule):
    """Up along half a cosine for 30 % of the steps, then down along another (Smith and Topin, 2018)."""

    def __init__(self, highest, lowest, steps):
        self.highest, self.lowest, self.steps = highest, lowest, steps

    def __call__(self, step):
        share = keras.ops.cast(step, "float32") / max(self.steps - 1, 1)
        up = self.between(self.highest / 25, self.highest, share / 0.3)
        down = self.between(self.highest, self.lowest, (share - 0.3) / 0.7)
        return keras.ops.where(share < 0.3, up, down)

    def between(self, start, end, share):
        return start + (end - start) * (1 - keras.ops.cos(math.pi * keras.ops.clip(share, 0, 1))) / 2

    def get_config(self):
        return vars(self)


class Triangular(keras.optimizers.schedules.LearningRateSchedule):
    """From the lowest to the highest rate and back in straight lines, again and again (Smith, 2017)."""

    def __init__(self, lowest, highest, cycle_steps):
        self.lowest, self.highest, self.cycle_steps = lowest, highest, cycle_steps

    def __call__(self, step):
        share = keras.ops.cast(step, "float32") / self.cycle_steps
        share = share - keras.ops.floor(share)
        return self.lowest + (self.highest - self.lowest) * (1 - keras.ops.abs(2 * share - 1))

    def get_config(self):
        return vars(self)


class WarmUp(keras.optimizers.schedules.LearningRateSchedule):
    """A rate, or a schedule of rates, that grows from nearly 0 over the first steps."""

    def __init__(self, rate, steps):
        self.rate, self.steps = rate, steps

    def __call__(self, step):
        rate = self.rate(step) if callable(self.rate) else self.rate
        grown = (keras.ops.cast(step, "float32") + 1) / max(self.steps, 1)
        return rate * keras.ops.minimum(grown, 1)

    def get_config(self):
        return vars(self)


class PlateauWarmUp(keras.callbacks.Callback):
    """The rate grows from nearly 0 over the first steps, towards what ReduceLROnPlateau leaves of it.

    A schedule would not let ReduceLROnPlateau set the rate.
    """

    def __init__(self, steps):
        super().__init__()
        self.steps, self.step = steps, 0

    def on_train_begin(self, logs=None):
        self.full = self.written = float(self.model.optimizer.learning_rate)

    def on_train_batch_begin(self, batch, logs=None):
        self.step += 1
        if self.step > self.steps:
            return
        rate = float(self.model.optimizer.learning_rate)
        if rate != self.written:  # it was lowered
            self.full = rate * self.steps / self.step
        self.model.optimizer.learning_rate = self.full * self.step / self.steps
        self.written = float(self.model.optimizer.learning_rate)


class CentredShear(keras.layers.Layer):
    """Slants images about their centre, so that digits stay there; RandomShear does it about the corner."""

    def __init__(self, degrees):
        super().__init__()
        self.most, self.seed = math.radians(degrees), keras.random.SeedGenerator()
        self.supports_jit = False

    def call(self, images, training=False):
        if not training:
            return images
        count, height = keras.ops.shape(images)[:2]
        slant = keras.ops.tan(keras.random.uniform((count,), -self.most, self.most, seed=self.seed))
        zero, one = keras.ops.zeros_like(slant), keras.ops.ones_like(slant)
        rows = [one, slant, -slant * (height - 1) / 2, zero, one, zero, zero, zero]
        return keras.ops.image.affine_transform(images, keras.ops.stack(rows, axis=1), fill_mode="constant")
