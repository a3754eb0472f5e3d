// Records that the log has and the store has not.
#pragma once

#include <cstdint>
#include <expected>
#include <string>

#include "runtime/journal/journal.h"

namespace endcap {

// Applies them in order and gives how many there were. Parts of a group whose last one is not there say
// nothing.
std::expected<uint64_t, std::string> replay(Store& store, Journal& journal, PartitionId partition);

}  // namespace endcap
