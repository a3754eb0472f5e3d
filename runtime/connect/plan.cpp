// Planning calls: addresses, filters, bodies; and packing what came back.
#include "runtime/connect/plan.h"

#include <fmt/format.h>

#include "runtime/value/check.h"

namespace endcap::connect {
namespace {

using abi::Cell;
using abi::Kind;
using abi::Operation;
using abi::OperationForm;
using abi::WireField;

// Everything about one call that the parts below share.
struct Input {
  const Prepared& prepared;
  const abi::Program& program;
  const CallRequest& request;
  Version version;
  abi::Arena arena;
  std::vector<Cell> cells;  // of the payload or key
  std::vector<abi::TypeId> types;
};

OrMessage<void> unpack(Input& input, abi::TypeId record) {
  auto cell = abi::unpack_value(input.prepared.types, record, input.request.payload, input.arena);
  if (!cell) return std::unexpected("the call's own payload can't be read: " + cell.error().detail);
  const auto& fields = input.prepared.types.at(record).fields;
  for (size_t i = 0; i < fields.size(); ++i) {
    input.cells.push_back(input.arena.cells(static_cast<abi::Reference>(cell->bits))[i]);
    input.types.push_back(fields[i].type);
  }
  return {};
}

OrMessage<std::string> literal(const Input& input, size_t index, const WireField& field) {
  return to_literal(input.prepared.types, input.types[index], input.arena, input.cells[index], field,
                    input.version);
}

// "('P-1')" or "(Plant='1001',Material='AC-100')".
OrMessage<std::string> key_predicate(const Input& input,
                                     const std::vector<std::pair<size_t, const WireField*>>& keys) {
  std::string out = "(";
  for (const auto& [index, field] : keys) {
    auto text = literal(input, index, *field);
    if (!text) return text;
    if (out.size() > 1) out += ',';
    if (keys.size() > 1) out += percent_encode(field->name) + '=';
    out += percent_encode(*text);
  }
  return out + ")";
}

std::string select_of(const abi::View& view) {
  std::string out;
  std::vector<std::string_view> seen;
  auto add = [&](std::string_view name) {
    if (name.empty() || std::find(seen.begin(), seen.end(), name) != seen.end()) return;
    seen.push_back(name);
    out += (out.empty() ? "" : ",") + percent_encode(name);
  };
  for (const auto& field : view.fields) add(field.wire.name), add(field.wire.unit_name);
  return "$select=" + out;
}

OrMessage<std::string> view_path(const Input& input, const abi::View& view) {
  std::vector<std::pair<size_t, const WireField*>> keys;
  for (size_t i = 0; i < view.key.size(); ++i) keys.emplace_back(i, &view.fields.at(view.key[i]).wire);
  auto predicate = key_predicate(input, keys);
  if (!predicate) return predicate;
  return percent_encode(view.entity_set) + *predicate;
}

OrMessage<std::string> operation_path(const Input& input, const Operation& operation) {
  std::vector<std::pair<size_t, const WireField*>> keys;
  for (size_t i = 0; i < operation.fields.size(); ++i) {
    if (operation.fields[i].key) keys.emplace_back(i, &operation.fields[i]);
  }
  auto predicate = key_predicate(input, keys);
  if (!predicate) return predicate;
  return percent_encode(operation.target) + *predicate;
}

bool carries_key(const Operation& operation) {
  return operation.strategy == abi::Strategy::Keyed || operation.strategy == abi::Strategy::Queryable;
}

OrMessage<Json> body_of(const Input& input, const Operation& operation, bool with_key_fields,
                        bool with_nulls) {
  Json body = Json::object();
  for (size_t i = 0; i < operation.fields.size(); ++i) {
    const auto& field = operation.fields[i];
    if (field.key && !with_key_fields) continue;
    auto value =
        to_json(input.prepared.types, input.types[i], input.arena, input.cells[i], field, input.version);
    if (!value) return value;
    if (value->is_null() && !with_nulls) continue;
    if (auto unit = unit_code(input.prepared.types, input.types[i]);
        unit && !field.unit_name.empty() && !value->is_null()) {
      auto& slot = body[field.unit_name];
      if (!slot.is_null() && slot != *unit) {
        return std::unexpected(fmt::format("{}: {} can't be both {} and {}", field.name, field.unit_name,
                                           slot.get<std::string>(), *unit));
      }
      slot = *unit;
    }
    body[field.name] = std::move(*value);
  }
  if (carries_key(operation)) body[operation.strategy_field] = input.request.key;
  return body;
}

OrMessage<std::string> filter_of(const Input& input, const Operation& operation) {
  std::string out;
  auto add = [&](std::string_view name, std::string_view text) {
    out += (out.empty() ? "$filter=" : percent_encode(" and ")) +
           percent_encode(fmt::format("{} eq {}", name, text));
  };
  for (size_t i = 0; i < operation.fields.size(); ++i) {
    auto text = literal(input, i, operation.fields[i]);
    if (!text) return text;
    add(operation.fields[i].name, *text);
    auto unit = unit_code(input.prepared.types, input.types[i]);
    if (unit && !operation.fields[i].unit_name.empty())
      add(operation.fields[i].unit_name, text_literal(*unit, "Edm.String", input.version));
  }
  return out;
}

// "RetailPromotion='P-1'&Plant='1001'"; between "&" in a query, "," in parentheses.
OrMessage<std::string> parameters_of(const Input& input, const Operation& operation, const char* between) {
  std::string out;
  for (size_t i = 0; i < operation.fields.size(); ++i) {
    auto text = literal(input, i, operation.fields[i]);
    if (!text) return text;
    out +=
        (out.empty() ? "" : between) + percent_encode(operation.fields[i].name) + "=" + percent_encode(*text);
  }
  if (carries_key(operation)) {
    out += (out.empty() ? "" : between) + percent_encode(operation.strategy_field) + "=" +
           percent_encode(text_literal(input.request.key, operation.strategy_edm_type, input.version));
  }
  return out;
}

OrMessage<void> plan_read(const Input& input, const Operation& operation, Plan& plan) {
  std::string query;
  if (operation.result_view) query = select_of(input.program.views.at(*operation.result_view));
  if (operation.form == OperationForm::Get) {
    auto path = operation_path(input, operation);
    if (!path) return std::unexpected(path.error());
    plan.path = *path + (query.empty() ? "" : "?" + query);
    plan.answer = operation.result_view ? (operation.result_many ? Plan::Answer::Many : Plan::Answer::One)
                                        : Plan::Answer::Nothing;
    return {};
  }
  auto filter = filter_of(input, operation);
  if (!filter) return std::unexpected(filter.error());
  std::string options;
  for (const std::string& part : {*filter, query, std::string(operation.result_many ? "" : "$top=2")}) {
    if (!part.empty()) options += (options.empty() ? "?" : "&") + part;
  }
  plan.path = percent_encode(operation.target) + options;
  plan.answer = !operation.result_view  ? Plan::Answer::Nothing
                : operation.result_many ? Plan::Answer::Many
                                        : Plan::Answer::First;
  return {};
}

OrMessage<void> plan_call_form(const Input& input, const Operation& operation, Plan& plan) {
  bool v2 = input.version == Version::V2;
  plan.path = percent_encode(operation.target);
  plan.wrapper = operation.target;
  if (operation.is_action) plan.method = "POST";
  if (v2 || !operation.is_action) {
    auto parameters = parameters_of(input, operation, v2 ? "&" : ",");
    if (!parameters) return std::unexpected(parameters.error());
    if (v2)
      plan.path += parameters->empty() ? "" : "?" + *parameters;
    else
      plan.path += "(" + *parameters + ")";
    return {};
  }
  auto body = body_of(input, operation, true, false);
  if (!body) return std::unexpected(body.error());
  plan.body = body->dump();
  plan.has_body = true;
  return {};
}

OrMessage<void> plan_operation(Input& input, const Operation& operation, Plan& plan) {
  plan.operation = &operation;
  plan.what = operation.target;
  plan.view = operation.result_view.value_or(0);
  auto unpacked = unpack(input, operation.payload);
  if (!unpacked) return unpacked;
  if (operation.form == OperationForm::Get || operation.form == OperationForm::Query)
    return plan_read(input, operation, plan);

  plan.write = operation.form != OperationForm::Call || operation.is_action ||
               operation.operation_class != abi::OperationClass::Read;
  plan.fresh_connection =
      operation.strategy == abi::Strategy::Unsafe || operation.strategy == abi::Strategy::Queryable;
  if (operation.result_view) plan.answer = operation.result_many ? Plan::Answer::Many : Plan::Answer::One;
  if (operation.form == OperationForm::Call) return plan_call_form(input, operation, plan);

  bool update = operation.form == OperationForm::Update;
  auto body = body_of(input, operation, !update, update);
  if (!body) return std::unexpected(body.error());
  plan.body = body->dump();
  plan.has_body = true;
  plan.method = "POST";
  plan.path = percent_encode(operation.target);
  if (!update) return {};
  auto path = operation_path(input, operation);
  if (!path) return std::unexpected(path.error());
  plan.path = plan.entity_path = *path;
  plan.needs_etag = true;
  if (input.version == Version::V2)
    plan.tunnel = "MERGE";
  else
    plan.method = "PATCH";
  return {};
}

// Did the key take effect? A query for it.
OrMessage<void> plan_ask(const Input& input, const Operation& operation, Plan& plan) {
  if (operation.strategy_field.empty() || operation.form == OperationForm::Call) {
    return std::unexpected(fmt::format("{} has no field to ask for its key by", operation.name));
  }
  plan.what = operation.target;
  plan.path = fmt::format("{}?$filter={}&$top=1", percent_encode(operation.target),
                          percent_encode(fmt::format(
                              "{} eq {}", operation.strategy_field,
                              text_literal(input.request.key, operation.strategy_edm_type, input.version))));
  plan.answer = Plan::Answer::Exists;
  plan.view = operation.result_view.value_or(0);
  plan.operation = &operation;
  return {};
}

}  // namespace

Prepared::Prepared(const abi::Program& program) : hash(program.hash), types(program.types) {
  auto add = [this](abi::Type type) {
    types.push_back(std::move(type));
    return static_cast<abi::TypeId>(types.size() - 1);
  };
  for (const auto& view : program.views) {
    abi::Type key, list, optional;
    key.kind = Kind::Record;
    for (uint32_t index : view.key) key.fields.push_back(program.types.at(view.record).fields.at(index));
    list.kind = Kind::List;
    list.element = view.record;
    view_key.push_back(add(std::move(key)));
    optional.kind = Kind::Optional;
    optional.element = view.record;
    view_list.push_back(add(std::move(list)));
    view_optional.push_back(add(std::move(optional)));
  }
}

std::string percent_encode(std::string_view text) {
  std::string out;
  for (unsigned char c : text) {
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                 c == '_' || c == '.' || c == '~' || c == '\'';
    if (plain)
      out += static_cast<char>(c);
    else
      out += fmt::format("%{:02X}", c);
  }
  return out;
}

OrMessage<Plan> plan_call(const Prepared& prepared, const CallRequest& request, Version version) {
  CHECK(request.program != nullptr);
  Input input{prepared, *request.program, request, version, {}, {}, {}};
  Plan plan;
  OrMessage<void> done;
  switch (request.what) {
    case CallRequest::What::Operation:
      done = plan_operation(input, input.program.operations.at(request.target), plan);
      break;
    case CallRequest::What::Ask:
      done = plan_ask(input, input.program.operations.at(request.target), plan);
      break;
    case CallRequest::What::Advisor:
      return std::unexpected("an advisor is no system");
    case CallRequest::What::View: {
      const auto& view = input.program.views.at(request.target);
      plan.what = view.entity_set;
      plan.view = request.target;
      plan.answer = Plan::Answer::One;
      done = unpack(input, prepared.view_key.at(request.target));
      if (!done) break;
      auto path = view_path(input, view);
      if (!path) return std::unexpected(path.error());
      plan.path = *path + "?" + select_of(view);
      break;
    }
    case CallRequest::What::Navigation: {
      const auto& navigation = input.program.navigations.at(request.target);
      plan.what = navigation.property;
      plan.view = navigation.to_view;
      plan.answer = navigation.many       ? Plan::Answer::Many
                    : navigation.required ? Plan::Answer::One
                                          : Plan::Answer::Perhaps;
      done = unpack(input, prepared.view_key.at(navigation.from_view));
      if (!done) break;
      auto path = view_path(input, input.program.views.at(navigation.from_view));
      if (!path) return std::unexpected(path.error());
      plan.path = *path + "/" + percent_encode(navigation.property) + "?" +
                  select_of(input.program.views.at(navigation.to_view));
      break;
    }
  }
  if (!done) return std::unexpected(done.error());
  return plan;
}

OrMessage<std::string> pack_answer(const Prepared& prepared, const abi::Program& program, const Plan& plan,
                                   const std::vector<Json>& entities, Instant now) {
  if (plan.answer == Plan::Answer::Nothing || plan.answer == Plan::Answer::Exists) return std::string();
  const auto& view = program.views.at(plan.view);
  abi::Arena arena;
  std::vector<Cell> cells;
  for (const auto& entity : entities) {
    auto cell = read_record(prepared.types, view, entity, now, arena);
    if (!cell) return std::unexpected(cell.error());
    cells.push_back(*cell);
  }
  if (plan.answer == Plan::Answer::Many) {
    return abi::pack_value(prepared.types, prepared.view_list.at(plan.view), arena, make_list(arena, cells),
                           nullptr);
  }
  if (plan.answer == Plan::Answer::Perhaps && cells.size() < 2) {
    Cell found;
    if (!cells.empty()) {
      const abi::Reference inside = arena.allocate(sizeof(Cell));
      *arena.cells(inside) = cells.front();
      found = Cell{inside};
    }
    return abi::pack_value(prepared.types, prepared.view_optional.at(plan.view), arena, found, nullptr);
  }
  if (cells.empty()) return std::unexpected(fmt::format("{} has nothing that fits the query", plan.what));
  if (cells.size() > 1)
    return std::unexpected(fmt::format("{} has more than one that fits the query", plan.what));
  return abi::pack_value(prepared.types, view.record, arena, cells.front(), nullptr);
}

}  // namespace endcap::connect
