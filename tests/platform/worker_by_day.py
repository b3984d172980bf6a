"""The worker as `cma work` runs it, at noon of tomorrow: at night it would leave letters alone."""

from datetime import datetime, time, timedelta

from cma_app.clock import LONDON, at, today
from cma_app.jobs import main

if __name__ == "__main__":
    with at(datetime.combine(today() + timedelta(days=1), time(12), LONDON)):
        main()
