// The tests of a module: one world, several sets of forecasts.
#include <fmt/format.h>

#include "tests/fuzz/generator/writer.h"

namespace endcap::fuzz {

// Forecasts are left to be filled in.
std::string Writer::facts() {
  std::string text;
  constexpr const char* kRegions[] = {"NSW", "VIC", "QLD"};
  for (int i = 1; i <= 3; ++i)
    text += fmt::format(
        "  given Store(id: \"000{}\", name: \"Store {}\", region: \"{}\", timeZone: "
        "\"Australia/Sydney\")\n",
        i, i, kRegions[below(3)]);
  for (int i = 1; i <= 3; ++i)
    text += fmt::format(
        "  given Stock(store: \"000{}\", article: \"A-1\", available: {} ea, forecast: FORECAST ea)\n", i,
        below(14));
  const char* slogan = chance(50) ? "slogan: \"cool\", " : "";
  const char* review = chance(50) ? "lastReview: 2026-11-01, " : "";
  const uint64_t price = below(20), cost = below(20);
  text += fmt::format(
      "  given Promotion(id: \"P-1\", article: \"A-1\", {}price: AUD {}.00, landedCost: AUD {}.50, launch: "
      "2026-12-01,\n"
      "      end: 2026-12-14, {}stores: every Store)\n",
      slogan, price, cost, review);
  return text;
}

std::string Writer::test(const std::string& name, std::string given) {
  for (size_t at; (at = given.find("FORECAST")) != std::string::npos;)
    given.replace(at, 8, fmt::format("{}", chance(20) ? below(1000) : below(16)));
  return fmt::format(
      "\ntest \"{}\" {{\n{}  start Flow(Promotion(\"P-1\")) at 2026-11-20 09:00 zone \"Australia/Sydney\"\n"
      "  expect no write Price.withdraw\n}}\n",
      name, given);
}

}  // namespace endcap::fuzz
