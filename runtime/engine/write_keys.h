// Keys by which other systems know a call again.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace endcap {

// Stable over retries and restarts, different in every data folder: 32 hex characters. PERSISTED: histories
// leave those of notifications to this function.
std::string write_key(std::string_view folder, uint64_t root, std::string_view what, uint64_t approval,
                      std::string_view proposal, std::string_view target);
inline std::string notify_key(std::string_view folder, uint64_t root, uint64_t call) {
  return write_key(folder, root, "notify", call, "", "");
}

}  // namespace endcap
