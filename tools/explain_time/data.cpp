// The data of a played workflow: see data.h.
#include "tools/explain_time/data.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/diag/diagnostic.h"
#include "compiler/sema/plain.h"
#include "runtime/abi/value_json.h"
#include "tools/explain_time/values.h"

namespace endcap::explain {

using Json = nlohmann::ordered_json;

namespace {

using testing::Estate;

constexpr Date kAhead = 14;  // made up dates lie two weeks ahead, the next of an entity two weeks later

std::optional<sema::TestStart> take_start(sema::Test& test, uint32_t workflow) {
  for (sema::TestAction& action : test.actions) {
    auto* start = std::get_if<sema::TestStart>(&action.node);
    if (start && start->workflow == workflow) return std::move(*start);
  }
  return std::nullopt;
}

bool starts(const sema::Test& test, uint32_t workflow) {
  return std::ranges::any_of(test.actions, [&](const sema::TestAction& action) {
    const auto* start = std::get_if<sema::TestStart>(&action.node);
    return start && start->workflow == workflow;
  });
}

}  // namespace

std::expected<std::optional<Given>, std::string> given_by_a_test(sema::Program& program, uint32_t workflow,
                                                                 const std::string& like) {
  std::vector<std::string> names;
  for (sema::Test& test : program.tests) {
    if (!starts(test, workflow)) continue;
    names.push_back(test.name);
    if (test.name.find(like) == std::string::npos) continue;
    Given given{test.name, {}, {}, test.zone};
    for (sema::TestAction& action : test.actions) {
      if (auto* entity = std::get_if<sema::GivenEntity>(&action.node))
        given.entities.push_back(std::move(*entity));
    }
    given.start = *take_start(test, workflow);
    return given;
  }
  if (like.empty()) return std::nullopt;
  return std::unexpected(
      names.empty() ? fmt::format("no test starts this workflow, so none is like \"{}\"", like)
                    : fmt::format("no test of this workflow has \"{}\" in its name. There are \"{}\"", like,
                                  fmt::join(names, "\", \"")));
}

Data::Data(const abi::Program& program, const abi::Workflow& workflow, const WorkflowWords& words,
           Estate& estate, Date start, std::string zone)
    : program_(program),
      workflow_(workflow),
      words_(words),
      estate_(estate),
      start_(start),
      zone_(std::move(zone)) {
  estate_.invent_by([this](uint32_t view, const auto& known) { return invent(view, known); });
}

std::string Data::view_name(uint32_t view) const {
  const std::string& full = program_.views[view].name;
  return full.substr(full.rfind('.') + 1);
}

Data::Went Data::take(const Given& given) {
  for (const sema::GivenEntity& entity : given.entities) {
    if (auto went = estate_.give(entity); !went) return went;
  }
  for (size_t i = 0; i < workflow_.parameters.size(); ++i) {
    abi::Arena arena;
    const abi::Cell cell = sema::plain_value(program_.types, *given.start.arguments[i], arena).value();
    arguments_[workflow_.parameters[i].name] =
        Json::parse(abi::value_to_json(program_.types, workflow_.parameters[i].type, arena, cell));
  }
  return {};
}

// ---------------------------------------------------------------- what is typed

Data::Went Data::set_parameter(uint32_t parameter, const std::string& text) {
  abi::Arena arena;
  const abi::TypeId type = workflow_.parameters[parameter].type;
  const auto cell = value_from_text(program_.types, type, text, arena);
  if (!cell) return std::unexpected(cell.error());
  arguments_[workflow_.parameters[parameter].name] =
      Json::parse(abi::value_to_json(program_.types, type, arena, *cell));
  return {};
}

Data::Went Data::set_field(uint32_t view, std::optional<std::string> key, const std::string& name,
                           const std::string& text) {
  const auto& fields = program_.types[program_.views[view].record].fields;
  const auto found = std::ranges::find(fields, name, &abi::Field::name);
  if (found == fields.end() || found + 1 == fields.end()) {
    std::vector<std::string> names;
    for (const abi::Field& field : fields) names.push_back(field.name);
    names.pop_back();  // `as of` is when it was read
    const auto meant = did_you_mean(name, names);
    return std::unexpected(fmt::format("{} has no field {}{}", view_name(view), name,
                                       meant ? fmt::format("; did you mean {}?", *meant)
                                             : fmt::format(": there are {}", fmt::join(names, ", "))));
  }
  abi::Arena arena;
  const auto cell = value_from_text(program_.types, found->type, text, arena);
  if (!cell) return std::unexpected(cell.error());
  typed_.push_back({view, static_cast<uint32_t>(found - fields.begin()), std::move(key),
                    abi::pack_value(program_.types, found->type, arena, *cell, nullptr),
                    testing::text_of(program_.types, found->type, arena, *cell)});
  return {};
}

Data::Went Data::set(const std::string& argument) {
  const size_t equals = argument.find('=');
  const auto told = [&](const Went& went) -> Went {
    if (went) return {};
    return std::unexpected(fmt::format("--argument \"{}\": {}", argument, went.error()));
  };
  if (equals == std::string::npos) return told(std::unexpected("write it as promo.launch=2026-12-01"));
  const std::string name = argument.substr(0, equals), text = argument.substr(equals + 1);
  std::vector<std::string> names;
  for (uint32_t i = 0; i < workflow_.parameters.size(); ++i) {
    names.push_back(workflow_.parameters[i].name);
    if (workflow_.parameters[i].name == name) return told(set_parameter(i, text));
  }
  const size_t dot = name.find('.');
  const std::string owner = name.substr(0, dot);
  for (const auto& parameter : words_.parameters) {
    if (parameter.name != owner || !parameter.view) continue;
    if (dot == std::string::npos && parameter.count == 1) return told(set_parameter(parameter.first, text));
    if (dot != std::string::npos) return told(set_field(*parameter.view, "", name.substr(dot + 1), text));
  }
  for (uint32_t view = 0; dot != std::string::npos && view < program_.views.size(); ++view) {
    if (view_name(view) == owner) return told(set_field(view, std::nullopt, name.substr(dot + 1), text));
  }
  for (const auto& parameter : words_.parameters) {
    if (parameter.view) names.push_back(parameter.name + ".FIELD");
  }
  return told(std::unexpected(fmt::format("the workflow has no {}: say {}, or VIEW.FIELD for all of a view",
                                          name, fmt::join(names, ", "))));
}

std::string Data::key_of(const WorkflowWords::Parameter& parameter) const {
  std::vector<std::string> parts;
  for (uint32_t i = 0; i < parameter.count; ++i) {
    const Json& value = arguments_.at(workflow_.parameters[parameter.first + i].name);
    parts.push_back(value.is_string() ? value.get<std::string>() : value.dump());
  }
  return fmt::format("{}", fmt::join(parts, "/"));
}

// Parameters that nobody named are made up, and what was typed is put over what a test gives.
Data::Went Data::finish() {
  for (const abi::Workflow::StartParameter& parameter : workflow_.parameters) {
    if (arguments_.contains(parameter.name)) continue;
    abi::Arena arena;
    const std::string name = parameter.name.substr(0, parameter.name.find('.')) + "-1";
    const abi::Cell cell = made_up(program_.types, parameter.type, {start_ + kAhead, zone_, name}, arena);
    arguments_[parameter.name] = Json::parse(abi::value_to_json(program_.types, parameter.type, arena, cell));
    assumed_.push_back(
        fmt::format("{} {}", parameter.name, testing::text_of(program_.types, parameter.type, arena, cell)));
  }
  // `promo.launch` is of the promotion that the workflow is about.
  for (Typed& typed : typed_) {
    if (!typed.key) continue;
    for (const auto& parameter : words_.parameters) {
      if (parameter.view == typed.view) typed.key = key_of(parameter);
    }
  }
  for (const Typed& typed : typed_)
    estate_.set(typed.view, typed.key.value_or(""), typed.field, typed.packed, typed.text);
  return {};
}

// ---------------------------------------------------------------- what is made up

Estate::Entity Data::invent(uint32_t view, const std::map<uint32_t, std::string>& known) {
  const auto& fields = program_.types[program_.views[view].record].fields;
  Estate::Entity entity;
  std::vector<std::string> told;
  Date date = start_;
  for (uint32_t i = 0; i + 1 < fields.size(); ++i) {
    abi::Arena arena;
    const abi::TypeId type = fields[i].type;
    const auto text = known.find(i);
    const bool is_key = std::ranges::find(program_.views[view].key, i) != program_.views[view].key.end();
    std::optional<abi::Cell> cell;
    if (text != known.end()) {
      if (const auto read = value_from_text(program_.types, type, text->second, arena)) cell = *read;
    }
    if (!cell) {
      if (program_.types[type].kind == abi::Kind::Date) date += kAhead;
      cell = made_up(program_.types, type, {date, zone_, is_key ? "1" : fields[i].name}, arena);
    }
    entity.fields.push_back(abi::pack_value(program_.types, type, arena, *cell, nullptr));
    entity.texts.push_back(testing::text_of(program_.types, type, arena, *cell));
  }
  std::vector<std::string> key;
  for (const uint32_t field : program_.views[view].key) key.push_back(entity.texts[field]);
  const std::string name = fmt::format("{}", fmt::join(key, "/"));
  std::vector<bool> typed_here(entity.texts.size());
  for (const Typed& typed : typed_) {
    if (typed.view != view || (typed.key && *typed.key != name)) continue;
    entity.fields[typed.field] = typed.packed;
    entity.texts[typed.field] = typed.text;
    typed_here[typed.field] = true;
  }
  for (uint32_t i = 0; i < entity.texts.size(); ++i) {
    const bool is_key = std::ranges::find(program_.views[view].key, i) != program_.views[view].key.end();
    if (!typed_here[i] && !is_key && !known.contains(i) && !entity.texts[i].empty())
      told.push_back(fmt::format("{} {}", fields[i].name, entity.texts[i]));
  }
  assumed_.push_back(fmt::format("{} {}: {}", view_name(view), name, fmt::join(told, ", ")));
  return entity;
}

std::optional<Json> Data::known_value(abi::TypeId type) const {
  for (const abi::Workflow::StartParameter& parameter : workflow_.parameters) {
    if (parameter.type == type) return arguments_.at(parameter.name);
  }
  const auto in_view = [&](uint32_t view) -> std::optional<Json> {
    const auto& fields = program_.types[program_.views[view].record].fields;
    const auto keys = estate_.keys(view);
    for (uint32_t i = 0; !keys.empty() && i + 1 < fields.size(); ++i) {
      if (fields[i].type != type) continue;
      const Estate::Entity& entity = *estate_.find(view, keys.front());
      return Json::parse(abi::packed_to_json(program_.types, type, entity.fields[i]));
    }
    return std::nullopt;
  };
  for (const auto& parameter : words_.parameters) {
    if (!parameter.view) continue;
    if (auto value = in_view(*parameter.view)) return value;
  }
  for (uint32_t view = 0; view < program_.views.size(); ++view) {
    if (auto value = in_view(view)) return value;
  }
  return std::nullopt;
}

}  // namespace endcap::explain
