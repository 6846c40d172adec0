"""Which Keras import path works in which TensorFlow release: a matrix harness that runs every cell for real.

`contract` and `runner` keep the grammar of Python 3.7, because they run inside environments as old as TensorFlow 1.13.
`cases` and `controller` need a current Python. Runner and controller never import one another. Projects import
`harness.tox` alone.
"""

__version__ = "0.2.0"
