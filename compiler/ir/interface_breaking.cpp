// Comparison of interfaces: see interface_breaking.h.
#include "compiler/ir/interface_breaking.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "runtime/abi/shape.h"

namespace endcap::ir {
namespace {

using InterfaceKind = InterfaceFinding::Kind;

std::string effect_text(const abi::Program& program, const abi::Interface::Operation& operation) {
  const auto& parameters = program.types[operation.parameters].fields;
  const bool sends = operation.what == abi::Interface::Operation::What::Sends;
  std::vector<std::string> names;
  if (sends) {
    for (const abi::Field& field : program.types[program.events[operation.target].record].fields)
      names.push_back(field.name);
  } else {
    for (const auto& parameter : program.workflows[operation.target].parameters)
      names.push_back(parameter.name);
  }
  std::string given;
  for (size_t i = 0; i < operation.arguments.size(); ++i) {
    const auto& argument = operation.arguments[i];
    if (!argument.parameter && argument.json.empty()) continue;
    given += fmt::format("{}{}: {}", given.empty() ? "" : ", ", names[i],
                         argument.parameter ? parameters[*argument.parameter].name : argument.json);
  }
  return fmt::format("{} {}({})", sends ? "sends" : "starts",
                     sends ? program.events[operation.target].name : program.workflows[operation.target].name,
                     given);
}

InterfaceShape::Operation operation_shape(const abi::Program& program,
                                          const abi::Interface::Operation& operation) {
  InterfaceShape::Operation shape{
      .name = operation.name, .parameters = {}, .scope = {}, .effect = effect_text(program, operation)};
  const auto& fields = program.types[operation.parameters].fields;
  if (operation.scope) shape.scope = fields[*operation.scope].name;
  for (const abi::Field& field : fields) {
    const abi::Type& type = program.types[field.type];
    const bool optional = type.kind == abi::Kind::Optional;
    shape.parameters.push_back({field.name, abi::type_text(program.types, field.type),
                                optional ? program.types[type.element] : type, optional});
  }
  return shape;
}

bool digits_fit(const abi::Type& from, const abi::Type& to) {
  if (to.scale < from.scale) return false;
  const bool limited = to.precision != 0;
  if (limited && (from.precision == 0 || to.precision - to.scale < from.precision - from.scale)) return false;
  // Bounds are in units of their own scale.
  Int128 unit = 1;
  for (int i = from.scale; i < to.scale; ++i) unit *= 10;
  if (to.least && (!from.least || *from.least * unit < *to.least)) return false;
  return !to.most || (from.most && *from.most * unit <= *to.most);
}

// Whether all that a `from` can be is a `to` as well.
bool fits(const abi::Type& from, const abi::Type& to) {
  if (from.kind != to.kind) return false;
  switch (from.kind) {
    case abi::Kind::Text:
      return (to.max_length == 0 || (from.max_length != 0 && from.max_length <= to.max_length)) &&
             (to.identifier == Identifier::None || to.identifier == from.identifier);
    case abi::Kind::Money:
    case abi::Kind::Quantity:
      return from.name == to.name && digits_fit(from, to);
    case abi::Kind::Int:
    case abi::Kind::Decimal:
    case abi::Kind::Percent:
    case abi::Kind::Date:
    case abi::Kind::Time:
    case abi::Kind::Duration:
      return digits_fit(from, to);
    case abi::Kind::Enum:
      return std::ranges::all_of(from.values, [&](const std::string& value) {
        return std::ranges::find(to.values, value) != to.values.end();
      });
    default:
      return true;
  }
}

std::string quota_text(const InterfaceShape& shape) {
  const std::string_view period = shape.quota_period == kSecond   ? "s"
                                  : shape.quota_period == kMinute ? "min"
                                  : shape.quota_period == kHour   ? "hour"
                                                                  : "day";
  return fmt::format("{} per {}", shape.quota_count, period);
}

class InterfaceComparer {
 public:
  explicit InterfaceComparer(std::vector<InterfaceFinding>& out) : out_(out) {}

  void version(const InterfaceShape& before, const InterfaceShape* after, Instant now) {
    name_ = before.name;
    version_ = before.version;
    if (after == nullptr) {
      if (!before.until || now < *before.until)
        found(InterfaceKind::VersionGone, {}, {}, before.until ? instant_to_text(*before.until) : "", "");
      return;
    }
    if (before.partner != after->partner)
      found(InterfaceKind::PartnerChanged, {}, {}, before.partner, after->partner);
    if (before.until && after->until && *after->until < *before.until)
      found(InterfaceKind::UntilEarlier, {}, {}, instant_to_text(*before.until),
            instant_to_text(*after->until));
    if (Int128{after->quota_count} * before.quota_period < Int128{before.quota_count} * after->quota_period)
      found(InterfaceKind::QuotaLowered, {}, {}, quota_text(before), quota_text(*after));
    for (const auto& each : before.operations) {
      const auto now_there =
          std::ranges::find(after->operations, each.name, &InterfaceShape::Operation::name);
      if (now_there == after->operations.end()) {
        found(InterfaceKind::OperationGone, each.name, {}, each.effect, "");
      } else {
        operation(each, *now_there);
      }
    }
  }

 private:
  void operation(const InterfaceShape::Operation& before, const InterfaceShape::Operation& after) {
    if (before.scope != after.scope)
      found(InterfaceKind::ScopeChanged, before.name, {}, before.scope, after.scope);
    if (before.effect != after.effect)
      found(InterfaceKind::EffectChanged, before.name, {}, before.effect, after.effect);
    for (const auto& each : before.parameters) {
      const auto now = std::ranges::find(after.parameters, each.name, &InterfaceShape::Parameter::name);
      if (now == after.parameters.end()) {
        found(InterfaceKind::ParameterGone, before.name, each.name, each.text, "");
      } else if (!fits(each.type, now->type)) {
        found(InterfaceKind::TypeNarrowed, before.name, each.name, each.text, now->text);
      } else if (each.optional && !now->optional) {
        found(InterfaceKind::ParameterNeeded, before.name, each.name, each.text, now->text);
      }
    }
    for (const auto& each : after.parameters) {
      const auto then = std::ranges::find(before.parameters, each.name, &InterfaceShape::Parameter::name);
      if (then == before.parameters.end() && !each.optional)
        found(InterfaceKind::ParameterNew, before.name, each.name, "", each.text);
    }
  }

  void found(InterfaceKind kind, std::string operation, std::string parameter, std::string before,
             std::string after) {
    out_.push_back({kind, name_, version_, std::move(operation), std::move(parameter), std::move(before),
                    std::move(after)});
  }

  std::vector<InterfaceFinding>& out_;
  std::string name_;
  uint32_t version_ = 0;
};

}  // namespace

std::vector<InterfaceShape> interface_shapes(const abi::Program& program) {
  std::vector<InterfaceShape> shapes;
  for (const abi::Interface& interface : program.interfaces) {
    InterfaceShape shape{.name = interface.name,
                         .version = interface.version,
                         .partner = program.partners[interface.partner].name,
                         .until = interface.until,
                         .quota_count = interface.quota_count,
                         .quota_period = interface.quota_period,
                         .operations = {}};
    for (const auto& operation : interface.operations)
      shape.operations.push_back(operation_shape(program, operation));
    shapes.push_back(std::move(shape));
  }
  std::ranges::sort(shapes, {}, [](const InterfaceShape& each) { return std::tie(each.name, each.version); });
  return shapes;
}

std::vector<InterfaceFinding> compare(const std::vector<InterfaceShape>& before,
                                      const std::vector<InterfaceShape>& after, Instant now) {
  std::vector<InterfaceFinding> findings;
  InterfaceComparer comparer(findings);
  for (const InterfaceShape& each : before) {
    const auto there = std::ranges::find_if(after, [&](const InterfaceShape& other) {
      return other.name == each.name && other.version == each.version;
    });
    comparer.version(each, there == after.end() ? nullptr : &*there, now);
  }
  return findings;
}

std::string_view word(InterfaceKind kind) {
  switch (kind) {
    case InterfaceKind::VersionGone:
      return "version gone";
    case InterfaceKind::UntilEarlier:
      return "until earlier";
    case InterfaceKind::PartnerChanged:
      return "partner changed";
    case InterfaceKind::OperationGone:
      return "operation gone";
    case InterfaceKind::ParameterNew:
      return "parameter new";
    case InterfaceKind::ParameterGone:
      return "parameter gone";
    case InterfaceKind::ParameterNeeded:
      return "parameter needed";
    case InterfaceKind::TypeNarrowed:
      return "type narrowed";
    case InterfaceKind::ScopeChanged:
      return "scope changed";
    case InterfaceKind::EffectChanged:
      return "effect changed";
    case InterfaceKind::QuotaLowered:
      return "quota lowered";
  }
  return "";
}

std::string describe(const InterfaceFinding& finding) {
  const auto& [kind, interface, version, operation, parameter, before, after] = finding;
  const auto named = [](const std::string& name) { return name.empty() ? "nothing" : "`" + name + "`"; };
  switch (kind) {
    case InterfaceKind::VersionGone:
      return before.empty()
                 ? "it is gone, and nobody was told: deprecate it first, with the day on which it goes"
                 : fmt::format("it is gone, and partners may call it until {}", before);
    case InterfaceKind::UntilEarlier:
      return fmt::format("it goes on {}, and partners were told {}", after, before);
    case InterfaceKind::PartnerChanged:
      return fmt::format("it was for {} and is for {}", before, after);
    case InterfaceKind::OperationGone:
      return fmt::format("operation {} is gone", operation);
    case InterfaceKind::ParameterNew:
      return fmt::format("operation {} needs `{}` ({}), which nobody sends: let it be optional", operation,
                         parameter, after);
    case InterfaceKind::ParameterGone:
      return fmt::format("operation {} takes no `{}` any more, and refuses who sends it", operation,
                         parameter);
    case InterfaceKind::ParameterNeeded:
      return fmt::format("operation {} needs `{}` now, which could be left out", operation, parameter);
    case InterfaceKind::TypeNarrowed:
      return fmt::format("`{}` of operation {} was {} and is {}: some of what was sent does not fit",
                         parameter, operation, before, after);
    case InterfaceKind::ScopeChanged:
      return fmt::format("what partners answer for was {} of operation {} and is {}", named(before),
                         operation, named(after));
    case InterfaceKind::EffectChanged:
      return fmt::format("operation {} {} now, and {} before", operation, after, before);
    case InterfaceKind::QuotaLowered:
      return fmt::format("note: the quota was {} and is {}", before, after);
  }
  return "";
}

}  // namespace endcap::ir
