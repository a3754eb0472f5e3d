// /sandbox/...: the switches and the books of the estate, for tests and demos.
#include <fmt/format.h>

#include "tools/sandbox/estate.h"

namespace endcap::sandbox {
namespace {

constexpr const char* kMap =
    "GET  /sandbox/ledger?after=N   every effective change\n"
    "GET  /sandbox/audit            effects per idempotency key; \"twice\" must be empty\n"
    "POST /sandbox/faults           {\"match\": {...}, \"fault\": \"...\", \"times\": 1}; GET lists, DELETE "
    "clears\n"
    "POST /sandbox/change           {\"set\", \"key\": {...}, \"fields\": {...}}: a business user changes "
    "master data\n"
    "POST /sandbox/events           {\"type\", \"data\", \"id\", \"copies\", \"out_of_order\"}; GET lists\n"
    "POST /sandbox/events/faults    {\"type\", \"copies\", \"out_of_order\", \"times\": 1}: of events that "
    "the estate tells by itself\n"
    "GET  /sandbox/state?set=NAME   every row of an entity set\n"
    "POST /sandbox/sink             {\"url\", \"headers\"}: where events go\n"
    "POST /sandbox/keys             {\"set\", \"honour\": false}: ignore idempotency keys\n"
    "POST /sandbox/tills            {\"plant\", \"silent\": true}\n"
    "POST /sandbox/models           {\"confidence\": \"0.40\", \"age_seconds\": 0}: what the models say of "
    "themselves\n"
    "POST /sandbox/sessions/expire  CSRF tokens become stale\n";

}  // namespace

Response Estate::control(const Request& request) {
  const std::string& path = request.path;
  bool post = request.method == "POST";
  auto body = parse_exact(request.body);
  if (post && (!body || !body->is_object())) return plain_error(400, "the body is not a JSON object");
  try {
    if (path == "/sandbox/ledger") {
      auto after = parse_query(request.query)["after"];
      bool number =
          !after.empty() && after.size() < 18 && after.find_first_not_of("0123456789") == std::string::npos;
      return json_response({{"entries", ledger_.entries(number ? std::stoull(after) : 0)}});
    }
    if (path == "/sandbox/audit") return json_response(ledger_.audit());
    if (path == "/sandbox/faults") {
      if (request.method == "DELETE") faults_.clear();
      if (!post) return json_response({{"faults", faults_.list()}});
      auto number = faults_.add(*body);
      return number ? json_response({{"number", *number}}, 201) : plain_error(400, number.error());
    }
    if (path == "/sandbox/events") {
      if (!post) return json_response({{"events", events_.list()}});
      OutgoingEvent event;
      event.id = body->value("id", "");
      event.source = body->value("source", "");
      event.type = body->at("type").get<std::string>();
      event.data = body->value("data", Json::object());
      event.copies = body->value("copies", 1);
      event.after_next = body->value("out_of_order", false);
      return json_response({{"id", events_.send(std::move(event))}}, 202);
    }
    if (path == "/sandbox/events/faults" && post) {
      events_.disturb({body->at("type").get<std::string>(), body->value("copies", 1),
                       body->value("out_of_order", false), body->value("times", 1)});
      return json_response(Json::object(), 201);
    }
    if (path == "/sandbox/state" && !post) return state(parse_query(request.query)["set"]);
    if (path == "/sandbox/change" && post) return change(*body);
    if (path == "/sandbox/sink" && post) {
      events_.set_sink(body->value("url", ""), body->value("headers", Json::object()));
      return json_response({{"url", body->value("url", "")}});
    }
    if (path == "/sandbox/keys" && post) {
      std::string set = body->at("set").get<std::string>();
      if (body->at("honour").get<bool>())
        options_.ignore_keys.erase(set);
      else
        options_.ignore_keys.insert(set);
      return json_response({{"ignored", options_.ignore_keys}});
    }
    if (path == "/sandbox/tills" && post) {
      std::string plant = body->at("plant").get<std::string>();
      if (body->value("silent", true))
        silent_plants_.insert(plant);
      else
        silent_plants_.erase(plant);
      return json_response({{"silent", silent_plants_}});
    }
    if (path == "/sandbox/models") {
      if (post) model_.update(*body);
      return json_response(model_);
    }
    if (path == "/sandbox/sessions/expire" && post) {
      sessions_.clear();
      return json_response(Json::object());
    }
    if (path == "/sandbox" || path == "/sandbox/") return {.body = kMap, .content_type = "text/plain"};
  } catch (const Json::exception& error) {
    return plain_error(400, fmt::format("the body does not fit {}: {}", path, error.what()));
  }
  return plain_error(
      404, fmt::format("there is no {} {}; GET /sandbox shows what there is", request.method, path));
}

Response Estate::state(const std::string& set) {
  Service* service = erp_.table(set) ? &erp_ : shop_.table(set) ? &shop_ : nullptr;
  if (!service) return plain_error(404, fmt::format("there is no entity set {}", set));
  Json rows = Json::array();
  for (const Row& row : service->at(set).rows) rows.push_back(row.fields);
  return json_response(rows);
}

// {"set": "A_RetailPromotion", "key": {"RetailPromotion": "P-1"}, "fields": {"LandedCost": "1202.00"}}. A
// business user's transaction: properties that the API can't change are changed too, and events are told as
// for any change.
Response Estate::change(const Json& body) {
  std::string set = body.at("set").get<std::string>();
  Service* service = erp_.table(set) ? &erp_ : shop_.table(set) ? &shop_ : nullptr;
  if (!service) return plain_error(404, fmt::format("there is no entity set {}", set));
  Table& table = service->at(set);
  auto found = table.by_key.find(table.key_of(body.at("key")));
  if (found == table.by_key.end()) return plain_error(404, fmt::format("{} has no such entity", set));
  Row& row = *found->second;
  Json before = row.fields, fields = Json::object();
  for (const auto& [name, wire] : body.at("fields").items()) {
    const auto* property = table.property(name);
    if (!property) return plain_error(400, fmt::format("{} has no property {}", set, name));
    auto value = read_value(*property, wire);
    if (!value) return plain_error(400, value.error().message);
    fields[name] = std::move(*value);
  }
  row.fields.update(fields);
  if (row.fields != before) {
    ++row.version;
    changed(table, row, before);
    record(set + ".change", "", set + table.key_predicate(row, service->version),
           subject_of(table, row.fields), fields, false, "desk");
  }
  return json_response(row.fields);
}

}  // namespace endcap::sandbox
