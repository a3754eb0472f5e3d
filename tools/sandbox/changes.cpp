// Create, update and call: preconditions, idempotency keys, and the ledger.
#include <fmt/format.h>

#include "runtime/value/time.h"
#include "tools/sandbox/estate.h"

namespace endcap::sandbox {

std::string key_property(std::string_view set) {
  if (set == "A_PriceCondition") return "ConditionReference";
  if (set == "A_StockTransfer") return "TransferReference";
  if (set == "A_PurchaseOrder") return "CorrespncExternalReference";
  if (set == "A_WarehouseTask") return "TaskReference";
  if (set == "A_PromotionOrder") return "OrderReference";
  if (set == "A_PurchaseRequisition") return "RequisitionReference";
  return "";
}

void Estate::record(const std::string& operation, const std::string& key, const std::string& target,
                    const std::string& subject, const Json& payload, bool duplicate, const char* by) {
  LedgerEntry entry;
  entry.operation = operation;
  entry.key = key;
  entry.target = target;
  entry.subject = subject;
  entry.payload_hash = sha256_hex(payload.dump());
  entry.duplicate = duplicate;
  entry.by = by;
  ledger_.record(std::move(entry));
}

std::expected<Json, ODataError> Estate::read_body(Table& table, const Request& request, bool creating) {
  auto body = parse_exact(request.body);
  if (!body) return std::unexpected(ODataError{400, "BadBody", body.error()});
  if (body->is_object() && body->contains("d") && body->size() == 1) *body = Json((*body)["d"]);
  if (!body->is_object()) return std::unexpected(ODataError{400, "BadBody", "The body is not an entity"});
  Json fields = Json::object();
  for (const auto& [name, wire] : body->items()) {
    if (name == "__metadata" || name.starts_with("@odata.")) continue;
    const auto* property = table.property(name);
    if (!property)
      return std::unexpected(ODataError{
          400, "UnknownProperty", fmt::format("Property '{}' is not known in {}", name, table.type->name)});
    if (creating ? !property->creatable : !property->updatable) {
      return std::unexpected(ODataError{
          400, "ReadOnly", fmt::format("Property '{}' can't be {}", name, creating ? "given" : "changed")});
    }
    auto value = read_value(*property, wire);
    if (!value) return std::unexpected(value.error());
    fields[name] = std::move(*value);
  }
  return fields;
}

Estate::Outcome Estate::create(Service& service, const Request& request, Table& table) {
  const std::string& set = table.set->name;
  if (!table.set->creatable)
    return std::unexpected(ODataError{405, "NotAllowed", fmt::format("{} can't be created", set)});
  auto body = read_body(table, request, true);
  if (!body) return std::unexpected(body.error());
  const Json payload = *body;
  std::string property = key_property(set);
  std::string key = property.empty()                              ? ""
                    : payload.value(property, Json()).is_string() ? payload[property].get<std::string>()
                                                                  : "";
  std::string hash = sha256_hex(payload.dump());
  bool honours = !key.empty() && !options_.ignore_keys.contains(set);
  if (auto known = keys_.find(set + "/" + key); honours && known != keys_.end()) {
    if (known->second.hash != hash) {
      return std::unexpected(ODataError{
          409, "KeyReused", fmt::format("{} '{}' came with another payload before", property, key)});
    }
    record(set + ".create", key, set + table.key_predicate(*known->second.row, service.version),
           subject_of(table, payload), payload, true);
    return entity(service, request, table, *known->second.row, 201);
  }
  Json fields = payload;
  if (auto refused = before_create(table, fields)) return std::unexpected(*refused);
  for (const auto& name : table.type->key) {
    if (fields.contains(name) && !fields[name].is_null()) continue;
    const auto* number = table.property(name);
    if (number->creatable)
      return std::unexpected(ODataError{400, "MissingKey", fmt::format("Property '{}' is missing", name)});
    fields[name] = fmt::format("{:0{}}", table.next_number++, number->max_length.value_or(10));
  }
  if (table.by_key.contains(table.key_of(fields))) {
    return std::unexpected(ODataError{409, "AlreadyExists", fmt::format("{} exists already", set)});
  }
  Row& row = table.insert(std::move(fields));
  if (honours) keys_[set + "/" + key] = {hash, &row};
  after_create(table, row);
  record(set + ".create", key.empty() ? request.header("Idempotency-Key") : key,
         set + table.key_predicate(row, service.version), subject_of(table, row.fields), payload, false);
  return entity(service, request, table, row, 201);
}

std::optional<ODataError> Estate::check_precondition(Table& table, const Row& row,
                                                     const Request& request) const {
  std::string wanted = request.header("If-Match");
  if (wanted.empty()) {
    return ODataError{428, "PreconditionRequired",
                      fmt::format("Changing {} needs If-Match with the entity's ETag", table.set->name)};
  }
  if (wanted == "*" || wanted == fmt::format("W/\"{}\"", row.version)) return std::nullopt;
  return ODataError{412, "PreconditionFailed",
                    fmt::format("{} was changed by somebody else", table.set->name)};
}

Estate::Outcome Estate::update(Service& service, const Request& request, Table& table, Row& row) {
  if (!table.set->updatable)
    return std::unexpected(
        ODataError{405, "NotAllowed", fmt::format("{} can't be changed", table.set->name)});
  if (auto refused = check_precondition(table, row, request)) return std::unexpected(*refused);
  auto body = read_body(table, request, false);
  if (!body) return std::unexpected(body.error());
  Json before = row.fields;
  for (const auto& [name, value] : body->items()) row.fields[name] = value;
  std::string target = table.set->name + table.key_predicate(row, service.version);
  bool effective = row.fields != before;
  if (effective) {
    ++row.version;
    for (const char* stamp : {"LastChangeDateTime", "changedAt"}) {
      if (table.property(stamp)) row.fields[stamp] = real_time();
    }
    changed(table, row, before);
  }
  record(table.set->name + ".update", request.header("Idempotency-Key"), target,
         subject_of(table, row.fields), *body, !effective);
  Response response;
  response.status = 204;
  response.headers.emplace_back("ETag", fmt::format("W/\"{}\"", row.version));
  return response;
}

Estate::Outcome Estate::call(Service& service, const Request& request, const schema::Callable& callable,
                             const Segment&) {
  if (request.method != (callable.http_method.empty() ? "POST" : callable.http_method)) {
    return std::unexpected(ODataError{
        405, "NotAllowed", fmt::format("{} is called with {}", callable.name, callable.http_method)});
  }
  auto query = parse_query(request.query);
  Json parameters = Json::object();
  for (const auto& parameter : callable.parameters) {
    schema::Property as_property;
    as_property.name = parameter.name;
    as_property.type = parameter.type;
    as_property.max_length = parameter.max_length;
    auto found = query.find(parameter.name);
    if (found == query.end()) {
      return std::unexpected(
          ODataError{400, "MissingParameter",
                     fmt::format("Parameter '{}' of {} is missing", parameter.name, callable.name)});
    }
    auto value = read_literal(as_property, found->second);
    if (!value) return std::unexpected(value.error());
    parameters[parameter.name] = std::move(*value);
  }
  std::expected<bool, ODataError> done = std::unexpected(
      ODataError{501, "NotImplemented", fmt::format("{} is not part of the sandbox", callable.name)});
  if (callable.name == "WithdrawPrice") done = withdraw_price(parameters);
  if (callable.name == "CancelTransfer") done = cancel_transfer(parameters);
  if (callable.name == "AcknowledgePrice") done = acknowledge_price(parameters);
  if (callable.name == "CancelPromotionOrder") done = cancel_order(parameters);
  if (callable.name == "CommitPromotionOrder") done = commit_order(parameters);
  if (callable.name == "CancelRequisition") done = cancel_requisition(parameters);
  if (callable.name == "ChaseSupplier") done = true;
  if (!done) return std::unexpected(done.error());
  std::string subject;
  for (const auto& parameter : callable.parameters) {
    const Json& value = parameters[parameter.name];
    subject += (subject.empty() ? "" : "/") + (value.is_string() ? value.get<std::string>() : value.dump());
  }
  record(callable.name, request.header("Idempotency-Key"), callable.name, subject, parameters, !*done);
  Json result = {{"IsSuccess", true}, {"Message", *done ? "Done" : "There was nothing to do"}};
  return json_response(service.version == Version::V2 ? Json{{"d", {{callable.name, result}}}} : result);
}

}  // namespace endcap::sandbox
