// Functions beside the workflow.
#include <fmt/format.h>

#include "tests/fuzz/generator/writer.h"

namespace endcap::fuzz {

// A function of two quantities; sometimes one that is there already.
std::string Writer::function() {
  if (!function_names_.empty() && chance(60)) return function_names_[below(function_names_.size())];
  const std::string name = fresh("mixed") + suffix_;
  std::string body;
  switch (below(3)) {
    case 0:
      body = fmt::format("max(a, b) + {} ea", below(5));
      break;
    case 1:
      body = fmt::format("when a {} b then a - b otherwise b", chance(50) ? "<" : ">=");
      break;
    default:
      body = fmt::format("when a + b > {} ea then {} ea otherwise min(a, b)", below(20), below(9));
      break;
  }
  functions_ += fmt::format("function {}(a: Qty<ea>, b: Qty<ea>) -> Qty<ea> = {}\n", name, body);
  function_names_.push_back(name);
  return name;
}

}  // namespace endcap::fuzz
