// Starts: see starts.h.
#include "compiler/sema/starts.h"

#include <algorithm>
#include <array>

#include "compiler/sema/resolve_types.h"

namespace endcap::sema {
namespace {

constexpr std::array<std::string_view, 4> kSeverities{"low", "normal", "high", "critical"};

class StartDescriber {
 public:
  StartDescriber(Context& context, uint32_t index)
      : context_(context),
        info_(context.workflows[index]),
        out_(context.program.abi.workflows[index]),
        workflow_(context.program.workflows[index]) {}

  void run() {
    for (const ast::Parameter& parameter : info_.parameters()) {
      if (out_.only_run) {
        handed_over(parameter);
      } else {
        describe(parameter);
      }
    }
    std::vector<abi::Field> fields;
    for (const auto& parameter : out_.parameters)
      fields.push_back({.name = parameter.name, .type = parameter.type});
    info_.start = context_.types.record(info_.name().text, std::move(fields));
    if (info_.exception) {
      key();
      severity();
    }
  }

 private:
  // Of a workflow that only others run: any value that can be kept.
  void handed_over(const ast::Parameter& parameter) {
    if (parameter.type && parameter.type->form == ast::TypeRef::Form::GrantOf) {  // moved_grants.cpp
      info_.parameter_types.push_back(abi::kNoType);
      workflow_.parameters.push_back({.count = 0});
      return;
    }
    const TypeId type = resolve_type(context_, info_.module, parameter.type.get());
    info_.parameter_types.push_back(type);
    StartParameter start{.count = 0};
    if (type != abi::kNoType) start.view = context_.view_of(type);
    workflow_.parameters.push_back(start);
    if (type == abi::kNoType || !context_.types.holds_ratio(type)) return;
    context_.emit(DiagnosticKind::RatioStored, parameter.type->span, {"a workflow's parameter"})
        .note("round it where it is made: `round ... to 4 places half even`");
  }

  void describe(const ast::Parameter& parameter) {
    const TypeId type = resolve_type(context_, info_.module, parameter.type.get());
    info_.parameter_types.push_back(type);
    StartParameter start{.first = static_cast<uint32_t>(out_.parameters.size())};
    const std::string& name = parameter.name.text;
    if (type != abi::kNoType) {
      start.view = context_.view_of(type);
      if (start.view && !info_.exception) {
        for (uint32_t key : context_.program.abi.views[*start.view].key) {
          const abi::Field& field = context_.types[type].fields[key];
          out_.parameters.push_back({.name = name + "." + field.name, .type = field.type});
        }
      } else {
        if (!is_single(type)) tell(parameter, type);
        out_.parameters.push_back({.name = name, .type = type});
      }
    }
    start.count = static_cast<uint32_t>(out_.parameters.size()) - start.first;
    if (info_.exception) start.view.reset();
    workflow_.parameters.push_back(start);
  }

  bool is_single(TypeId type) const {
    const Kind kind = context_.types.kind(type);
    return kind != Kind::Record && kind != Kind::List && kind != Kind::Optional && kind != Kind::Ratio;
  }

  void tell(const ast::Parameter& parameter, TypeId type) {
    if (!info_.exception) {
      context_.emit(DiagnosticKind::StartParameterType, parameter.type->span,
                    {parameter.name.text, context_.type_name(type)});
      return;
    }
    auto& diagnostic = context_.emit(DiagnosticKind::ExceptionParameterType, parameter.type->span,
                                     {info_.name().text, parameter.name.text, context_.type_name(type)});
    if (context_.view_of(type))
      diagnostic.note("what must be read first may not answer: tell it the key of the " +
                      context_.type_name(type));
  }

  void missing(const std::string& what, const std::string& remedy) {
    context_.emit(DiagnosticKind::ExceptionIncomplete, info_.name().span, {info_.name().text, what})
        .note(remedy);
  }

  void key() {
    if (info_.exception->key.empty())
      return missing("what tells one from another", "write `key` and one or more of the values it is told");
    out_.key_parameters.clear();
    std::vector<std::string> names;
    for (const auto& parameter : out_.parameters) names.push_back(parameter.name);
    for (const ast::Name& name : info_.exception->key) {
      const auto found = std::ranges::find(names, name.text);
      const auto index = static_cast<uint32_t>(found - names.begin());
      if (found == names.end()) {
        with_suggestion(
            context_.emit(DiagnosticKind::ExceptionKeyUnknown, name.span, {info_.name().text, name.text}),
            name.span, name.text, names);
      } else if (std::ranges::find(out_.key_parameters, index) != out_.key_parameters.end()) {
        context_.emit(DiagnosticKind::DuplicateName, name.span, {name.text});
      } else {
        out_.key_parameters.push_back(index);
      }
    }
  }

  void severity() {
    out_.severity = abi::Severity::Normal;
    if (!info_.exception->severity)
      return missing("how severe it is", "write `severity` and low, normal, high or critical");
    const ast::Name& name = *info_.exception->severity;
    const auto found = std::ranges::find(kSeverities, name.text);
    if (found != kSeverities.end()) {
      out_.severity = static_cast<abi::Severity>(found - kSeverities.begin());
      return;
    }
    with_suggestion(context_.emit(DiagnosticKind::UnknownSeverity, name.span, {name.text}), name.span,
                    name.text, {kSeverities.begin(), kSeverities.end()})
        .note("there are low, normal, high and critical");
  }

  Context& context_;
  WorkflowInfo& info_;
  abi::Workflow& out_;
  Workflow& workflow_;
};

}  // namespace

void describe_starts(Context& context) {
  for (uint32_t i = 0; i < context.workflows.size(); ++i) StartDescriber(context, i).run();
}

std::vector<Parameter> start_values(const Context& context, uint32_t workflow) {
  const WorkflowInfo& info = context.workflows[workflow];
  const Workflow& typed = context.program.workflows[workflow];
  const auto& cells = context.program.abi.workflows[workflow].parameters;
  std::vector<Parameter> values;
  for (size_t i = 0; i < typed.parameters.size(); ++i) {
    const StartParameter& parameter = typed.parameters[i];
    const ast::Name& written = info.parameters()[i].name;
    for (uint32_t cell = parameter.first; cell < parameter.first + parameter.count; ++cell) {
      // A view with one key field is given by it, under its own name.
      const std::string& name = parameter.count == 1 ? written.text : cells[cell].name;
      values.push_back({.name = name, .type = cells[cell].type, .span = written.span});
    }
  }
  return values;
}

}  // namespace endcap::sema
