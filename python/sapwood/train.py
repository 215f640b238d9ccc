"""`torchrun --nproc-per-node 2 -m sapwood.train MODEL …` is `sapwood train MODEL …` in several processes."""

import sys

from sapwood.cli import main

if __name__ == "__main__":
    sys.argv.insert(1, "train")
    main()
