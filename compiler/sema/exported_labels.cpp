// Labels of functions: each part of a parameter is given a source of its own, and the label of the body says
// which of them come through.
#include "compiler/sema/exported_labels.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "compiler/sema/passes/trust.h"
#include "compiler/sema/tree_walk.h"
#include "runtime/abi/shape.h"

namespace endcap::sema {
namespace {

bool holds_others(const abi::Type& type) {
  return type.kind == abi::Kind::List || type.kind == abi::Kind::Optional;
}

// A record is known by its fields: whoever chose it chose them.
Label of_parameter(const abi::Types& types, TypeId type, const std::string& path, uint32_t& next) {
  const abi::Type& described = types[type];
  Label label;
  if (described.kind != abi::Kind::Record || described.fields.empty()) label.sources = {{next++, path}};
  if (described.kind == abi::Kind::Record) {
    for (const abi::Field& field : described.fields)
      label.parts.push_back(of_parameter(types, field.type, path + "." + field.name, next));
  } else if (holds_others(described)) {
    label.parts.push_back(of_parameter(types, described.element, path + "[]", next));
  }
  return label;
}

void add_from(const abi::Types& types, TypeId type, const Label& label, const std::string& path,
              std::map<std::string, abi::Parts>& to) {
  for (const Source& source : label.sources) abi::add_part(to[abi::part_at(path)], source.path);
  if (label.parts.empty() || type >= types.size()) return;
  const abi::Type& described = types[type];
  if (holds_others(described)) {
    add_from(types, described.element, label.parts.front(), path + "[]", to);
  } else if (described.kind == abi::Kind::Record) {
    for (size_t i = 0; i < label.parts.size() && i < described.fields.size(); ++i)
      add_from(types, described.fields[i].type, label.parts[i], path + "." + described.fields[i].name, to);
  }
}

FunctionLabels of_function(const Program& program, const Function& function, std::string name) {
  const abi::Types& types = program.abi.types;
  FunctionLabels labels{std::move(name), {}, abi::type_text(types, function.result), {}, {}};
  std::vector<Label> given;
  uint32_t next = 0;
  for (const LocalId id : function.parameters) {
    const Local& parameter = function.locals[id.index];
    labels.parameters.push_back({parameter.name, abi::type_text(types, parameter.type)});
    given.push_back(of_parameter(types, parameter.type, parameter.name, next));
  }
  const Label result = TrustScope::given_back(program, function, std::move(given));
  add_from(types, function.result, result, "", labels.from);
  return labels;
}

WorkflowLabels of_workflow(const Program& program, const Workflow& workflow) {
  WorkflowLabels labels{workflow.name, workflow.body.control == Trust::Advice, {}, {}, {}};
  for (const StartParameter& parameter : workflow.parameters) {
    const Local& local = workflow.locals[parameter.local.index];
    abi::Parts parts = abi::marked_parts(program.abi.types, local.type);
    abi::add_parts(parts, local.advised);
    labels.parameters.push_back({local.name, std::move(parts)});
  }
  const auto& outcomes = program.abi.workflows[workflow.index].outcomes;
  for (uint32_t i = 0; i < outcomes.size(); ++i) {
    const auto ends = workflow.ends.find(i);
    labels.outcomes.push_back({outcomes[i].name, ends == workflow.ends.end() ? abi::Parts() : ends->second});
  }
  return labels;
}

// Who uses which function and which workflow, by their numbers.
class Users {
 public:
  void of(const std::string& user, const Block& block) {
    walk(block, {.statement = [&](const Stmt& stmt) { statement(user, stmt); },
                 .expression = [&](const Expr& expression) { call(user, expression); }});
  }
  void of(const std::string& user, const Expr& body) {
    walk(body, {.statement = {}, .expression = [&](const Expr& expression) { call(user, expression); }});
  }
  void of(const Policy& policy) {
    for (const auto& [id, value] : policy.lets) of(policy.name, *value);
    for (const Policy::Row& row : policy.rows) {
      if (row.condition) of(policy.name, *row.condition);
    }
  }
  std::vector<std::string> of_function(uint32_t number) const { return listed(functions_, number); }
  std::vector<std::string> of_workflow(uint32_t number) const { return listed(workflows_, number); }

 private:
  using ByNumber = std::map<uint32_t, std::set<std::string>>;

  void statement(const std::string& user, const Stmt& stmt) {
    if (const auto* run = std::get_if<Run>(&stmt.node)) workflows_[run->workflow].insert(user);
    if (const auto* raise = std::get_if<Raise>(&stmt.node)) workflows_[raise->exception].insert(user);
  }
  void call(const std::string& user, const Expr& expression) {
    if (const auto* call = std::get_if<CallFunction>(&expression.node))
      functions_[call->function.index].insert(user);
  }
  static std::vector<std::string> listed(const ByNumber& users, uint32_t number) {
    const auto found = users.find(number);
    if (found == users.end()) return {};
    return {found->second.begin(), found->second.end()};
  }

  ByNumber functions_, workflows_;
};

std::string advised_text(const abi::Parts& parts) {
  return parts.empty() ? std::string("trusted") : fmt::format("advice in {}", fmt::join(parts, ", "));
}

}  // namespace

ExportedLabels exported_labels(const Program& program, const std::vector<ast::Module>& modules) {
  const auto full = [&](const Function& function) {
    for (const ast::Module& module : modules) {
      if (module.source != function.span.source || !module.name) continue;
      return module.name->text() + "." + function.name;
    }
    return function.name;
  };
  Users users;
  for (const Function& function : program.functions) users.of(full(function), *function.body);
  for (const Workflow& workflow : program.workflows) users.of(workflow.name, workflow.body);
  for (const Policy& policy : program.policies) {
    if (policy.of.empty()) users.of(policy);
  }
  ExportedLabels labels;
  for (uint32_t i = 0; i < program.functions.size(); ++i) {
    labels.functions.push_back(of_function(program, program.functions[i], full(program.functions[i])));
    labels.functions.back().users = users.of_function(i);
  }
  for (const Workflow& workflow : program.workflows) {
    labels.workflows.push_back(of_workflow(program, workflow));
    labels.workflows.back().users = users.of_workflow(workflow.index);
  }
  std::ranges::sort(labels.functions, {}, &FunctionLabels::name);
  std::ranges::sort(labels.workflows, {}, &WorkflowLabels::name);
  return labels;
}

std::string text_of(const FunctionLabels& function) {
  std::vector<std::string> parameters;
  for (const auto& parameter : function.parameters)
    parameters.push_back(parameter.name + ": " + parameter.type);
  std::string text = fmt::format("{}({}) -> {}", function.name, fmt::join(parameters, ", "), function.result);
  if (function.from.empty()) return text + ", trusted";
  bool first = true;
  for (const auto& [part, from] : function.from) {
    text += fmt::format("{} advice{} where {} is", first ? "," : ";",
                        part == abi::kItself ? "" : " in " + part, fmt::join(from, " or "));
    first = false;
  }
  return text;
}

std::string text_of(const WorkflowLabels& workflow) {
  std::vector<std::string> parameters;
  for (const auto& parameter : workflow.parameters)
    parameters.push_back(parameter.name + ": " + advised_text(parameter.advised));
  std::string text = fmt::format("{}({}){}\n", workflow.name, fmt::join(parameters, "; "),
                                 workflow.control ? ", raised by advice" : "");
  for (const auto& outcome : workflow.outcomes)
    text += fmt::format("  {}: {}\n", outcome.name, advised_text(outcome.advised));
  return text;
}

}  // namespace endcap::sema
