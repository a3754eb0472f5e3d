// What a run was made on.
#pragma once

#include "tests/bench/figures.h"

namespace endcap::bench {

// How busy the machine was when this is asked, with its processors and where RocksDB comes from.
Figure machine_figure();

}  // namespace endcap::bench
