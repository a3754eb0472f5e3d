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

// What happens meanwhile, at odd minutes, in the order of time.
std::string Writer::happenings() {
  std::string text;
  uint64_t hours = below(30);
  for (uint64_t left = below(5); left > 0; --left, hours += 1 + below(140)) {
    const uint64_t day = 20 + (hours + 10) / 24;
    const std::string date =
        day <= 30 ? fmt::format("2026-11-{:02}", day) : fmt::format("2026-12-{:02}", day - 30);
    text += fmt::format("  after until {} {:02}:{}\n", date, (hours + 10) % 24, 11 + below(48));
    const uint64_t store = 1 + below(3);
    switch (below(8)) {
      case 0:
        text += "  send PromotionCancelled(id: \"P-1\")\n";
        break;
      case 1:
      case 2:
        text += fmt::format("  send PromotionMoved(id: \"P-1\", launch: 2026-12-{:02})\n", 1 + below(9));
        break;
      case 3:
      case 4:
        text += fmt::format("  send StockBelow(article: \"A-1\", store: \"000{}\")\n", store);
        break;
      case 5:
        text += fmt::format("  Promotion(\"P-1\").price becomes AUD {}.00\n", below(20));
        break;
      case 6:
        text += fmt::format("  Stock(\"000{}\", \"A-1\").available becomes {} ea\n", store, below(14));
        break;
      default:
        text += fmt::format("  send {}(article: \"A-1\", store: \"000{}\", units: FORECAST ea)\n",
                            forecast_event_.empty() ? "StockBelow" : forecast_event_, store);
        if (forecast_event_.empty()) text.replace(text.rfind(", units"), std::string::npos, ")\n");
        break;
    }
  }
  return text;
}

// What the models say: something, something they are not sure of, or nothing.
std::string Writer::answers() {
  std::string text;
  if (chance(50)) text += fmt::format("  given UnitsFor(units: {} ea) answers {} ea\n", below(9), below(16));
  text += fmt::format("  given UnitsFor() answers {} ea\n", below(16));
  std::string named;
  for (uint64_t store = 1; store <= 3; ++store) {
    if (chance(40)) continue;
    named += fmt::format("{}Recommended(store: \"000{}\", units: {} ea, urgent: {})",
                         named.empty() ? "" : ", ", store, below(16), chance(50) ? "yes" : "no");
  }
  const char* sure = chance(75) ? "" : chance(50) ? " with confidence 40%" : " with confidence 60%";
  text += fmt::format("  given Recommend() answers [{}]{}\n", named, sure);
  constexpr const char* kFaults[] = {"is unavailable always", "is invalid always", "times out once",
                                     "is unavailable 2 times"};
  if (chance(20)) text += fmt::format("  {} {}\n", chance(50) ? "UnitsFor" : "Recommend", kFaults[below(4)]);
  return text;
}

std::string Writer::test(const std::string& name, std::string given, std::string happens) {
  for (std::string* const text : {&given, &happens}) {
    for (size_t at; (at = text->find("FORECAST")) != std::string::npos;)
      text->replace(at, 8, fmt::format("{}", chance(20) ? below(1000) : below(16)));
  }
  const std::string said = answers();
  return fmt::format(
      "\ntest \"{}\" {{\n{}{}  start Flow(Promotion(\"P-1\")) at 2026-11-20 09:00 zone \"Australia/Sydney\"\n"
      "{}  expect no write Label.register\n}}\n",
      name, given, said, happens);
}

}  // namespace endcap::fuzz
