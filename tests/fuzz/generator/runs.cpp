// Workflows that are run.
#include <fmt/format.h>

#include "tests/fuzz/generator/writer.h"

namespace endcap::fuzz {

// Written by a workflow that is run, and given what was granted for one store.
std::string Writer::given_away(const std::string& grant, const std::string& element) {
  const std::string name = fresh("Put") + suffix_;
  const std::string written = "write pricing { on expired, changed, refused { finish Not() } }";
  const std::string inside =
      chance(50) ? written : fmt::format("when promo.launch < promo.end {{ {} }}", written);
  workflows_ += fmt::format(
      "workflow {}(promo: Promotion, pricing: grant of Price.activate) {{\n  {}\n  finish Put()\n}}\n\n",
      name, inside);
  return fmt::format("run {}(promo, {} for {})", name, grant, element);
}

}  // namespace endcap::fuzz
