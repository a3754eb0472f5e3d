// The model server: forecasts that advisors are asked for. Slow, silent and broken answers come from the
// faults of the estate (/sandbox/faults), unsure and old ones from /sandbox/models.
#include <fmt/format.h>

#include <cstdint>

#include "tools/sandbox/estate.h"

namespace endcap::sandbox {
namespace {

constexpr const char* kModel = "uplift";
constexpr const char* kVersion = "2026-11-01";

// What a promotion adds to the forecast, in percent: the same for a store and article in every run (FNV-1a).
uint64_t uplift(const std::string& store, const std::string& article) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : store + '/' + article) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return 20 + hash % 80;
}

// "12.000" of a forecast, with so many percent on top, in whole pieces upwards.
uint64_t raised(const std::string& forecast, uint64_t percent) {
  const uint64_t pieces = std::stoull(forecast.substr(0, forecast.find('.')));
  return (pieces * (100 + percent) + 99) / 100;
}

}  // namespace

// POST /models/uplift {"inputs": {"article": "AC-100", "stores": ["1001"]}}: forecasts of the weeks of a
// promotion.
Response Estate::models(const Request& request) {
  if (request.path != "/models/uplift" || request.method != "POST")
    return plain_error(404, "there is one model: POST /models/uplift");
  const auto body = parse_exact(request.body);
  const Json* inputs = body && body->is_object() && body->contains("inputs") ? &body->at("inputs") : nullptr;
  const bool sound = inputs && inputs->is_object() && inputs->contains("article") &&
                     inputs->at("article").is_string() && inputs->contains("stores") &&
                     inputs->at("stores").is_array();
  if (!sound) return plain_error(422, R"(the inputs are {"article": "AC-100", "stores": ["1001"]})");
  const std::string article = inputs->at("article").get<std::string>();
  Json forecasts = Json::array();
  for (const Json& store : inputs->at("stores")) {
    if (!store.is_string()) return plain_error(422, "a store is text");
    const std::string plant = store.get<std::string>();
    const Row* row = erp_.at("A_MaterialStock").find({plant, article});
    if (!row) return plain_error(422, fmt::format("nothing is known of {} in {}", article, plant));
    const uint64_t units = raised(row->fields["ForecastQuantity"].get<std::string>(), uplift(plant, article));
    forecasts.push_back({{"store", plant}, {"units", {{"amount", std::to_string(units)}, {"unit", "ea"}}}});
  }
  Json answer = model_;
  answer["model"] = kModel;
  answer["version"] = kVersion;
  answer["output"] = std::move(forecasts);
  return json_response(answer);
}

}  // namespace endcap::sandbox
