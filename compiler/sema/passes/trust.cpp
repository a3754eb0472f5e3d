// Labels of expressions. A function is labelled anew for what it is given, so that it is as trusted as that.
#include "compiler/sema/passes/trust.h"

namespace endcap::sema {
namespace {

// Of one function. Beyond it all that a call is given counts for all that it gives, which holds back more
// than it must but never less.
constexpr size_t kKnownCallsMax = 1000;

// The same text, the same label.
void write(const Label& label, std::string& text) {
  for (const Source& source : label.sources) {
    text += std::to_string(source.local) + ' ' + source.path;
    text += '\n';
  }
  text += ':';
  for (const Label& inner : label.parts) write(inner, text);
  text += ';';
}

}  // namespace

void TrustScope::bind(LocalId local, Label label) {
  if (local.valid()) labels_[local.index] = std::move(label);
}

Label TrustScope::label_call(CallFunction& call) {
  std::vector<Label> given;
  std::string key;
  for (ExprPtr& argument : call.arguments) {
    given.push_back(label(*argument));
    write(given.back(), key);
  }
  auto& known = calls_->by_function[call.function.index];
  if (const auto found = known.find(key); found != known.end()) return found->second;
  if (known.size() >= kKnownCallsMax) {
    Label all;
    for (const Label& each : given) all = join(std::move(all), flatten(each));
    given.assign(given.size(), all);
    key.clear();
    for (const Label& each : given) write(each, key);
    if (const auto found = known.find(key); found != known.end()) return found->second;
  }
  const Function& function = program_.functions[call.function.index];
  TrustScope inner(program_, function.locals.size(), calls_,
                   writes_ == Writes::Nothing ? Writes::Nothing : Writes::Advice);
  for (size_t i = 0; i < given.size(); ++i) inner.bind(function.parameters[i], std::move(given[i]));
  return known[key] = inner.label(*function.body);
}

Label TrustScope::label_aggregate(Operation& operation) {
  const Label list = label(*operation.operands[0]);
  Label result = existence(list);
  if (operation.op == Operator::Count) return result;
  bind(operation.variable, part(list, 0));
  if (operation.op == Operator::First) {
    result.parts = {label(*operation.operands[1])};
    return result;
  }
  for (size_t i = 1; i < operation.operands.size(); ++i)
    result = join(result, flatten(label(*operation.operands[i])));
  return result;
}

// What is left is as trusted as it was; that it is left is decided by what holds of every element.
Label TrustScope::label_filter(Operation& operation) {
  Label list = label(*operation.operands[0]);
  bind(operation.variable, part(list, 0));
  return join(std::move(list), flatten(label(*operation.operands[1])));
}

// Which entries there are, the list and all keys decide. What is found by a key is decided by that key too.
Label TrustScope::label_map(Operation& operation) {
  const Label list = label(*operation.operands[0]);
  bind(operation.variable, part(list, 0));
  const Label key = flatten(label(*operation.operands[1])), value = label(*operation.operands[2]);
  Label entry;
  entry.parts = {key, join(value, key)};
  Label result = join(existence(list), key);
  result.parts = {std::move(entry)};
  return result;
}

Label TrustScope::label_lookup(Operation& operation) {
  const Label map = label(*operation.operands[0]);
  const Label decided = join(existence(map), flatten(label(*operation.operands[1])));
  Label found = decided;
  found.parts = {join(part(part(map, 0), 1), decided)};
  return found;
}

// Each element is as trusted as it was; what it is given is decided by the amount and by all the weights.
Label TrustScope::label_allocate(Operation& operation) {
  const Label list = label(*operation.operands[0]);
  const Label element = part(list, 0), whole = existence(list);
  bind(operation.variable, element);
  Label amount = join(flatten(label(*operation.operands[1])), flatten(label(*operation.operands[2])));
  amount = join(std::move(amount), whole);
  Label pair;
  pair.parts = {element, std::move(amount)};
  Label result = whole;
  result.parts = {std::move(pair)};
  return result;
}

Label TrustScope::label_operation(Operation& operation) {
  switch (operation.op) {
    case Operator::Filter:
      return label_filter(operation);
    case Operator::Count:
    case Operator::First:
    case Operator::Sum:
    case Operator::ListMinimum:
    case Operator::ListMaximum:
    case Operator::Any:
    case Operator::All:
      return label_aggregate(operation);
    case Operator::Allocate:
      return label_allocate(operation);
    case Operator::MakeMap:
      return label_map(operation);
    case Operator::Lookup:
      return label_lookup(operation);
    case Operator::Conditional: {
      const Label condition = flatten(label(*operation.operands[0]));
      Label chosen = join(label(*operation.operands[1]), label(*operation.operands[2]));
      return join(std::move(chosen), condition);
    }
    case Operator::OrElse: {
      const Label optional = label(*operation.operands[0]);
      const Label fallback = label(*operation.operands[1]);
      return join(join(part(optional, 0), fallback), existence(optional));
    }
    case Operator::IsPresent: {
      return existence(label(*operation.operands[0]));
    }
    default: {
      Label result;
      for (ExprPtr& operand : operation.operands) result = join(std::move(result), flatten(label(*operand)));
      return result;
    }
  }
}

Label TrustScope::given_back(const Program& program, const Function& function, std::vector<Label> arguments) {
  TrustScope scope(program, function.locals.size(), std::make_shared<Calls>(), Writes::Nothing);
  for (size_t i = 0; i < arguments.size(); ++i) scope.bind(function.parameters[i], std::move(arguments[i]));
  return scope.label(*function.body);
}

void TrustScope::write_into(Expr& expression, const Label& label) const {
  if (writes_ == Writes::Nothing) return;
  const Trust trust = flatten(label).trust();
  if (writes_ == Writes::All || trust == Trust::Advice) expression.trust = trust;
  if (writes_ == Writes::All && trust == Trust::Advice)
    abi::add_parts(expression.advised, parts_of(program_.abi.types, expression.type, label));
}

Label TrustScope::label(Expr& expression) {
  Label result;
  if (auto* local = std::get_if<LocalRef>(&expression.node)) {
    result = of(local->local);
  } else if (auto* field = std::get_if<FieldOf>(&expression.node)) {
    result = part(label(*field->record), field->field);
  } else if (auto* record = std::get_if<MakeRecord>(&expression.node)) {
    for (ExprPtr& value : record->fields) result.parts.push_back(value ? label(*value) : Label{});
  } else if (auto* list = std::get_if<MakeList>(&expression.node)) {
    Label inside;
    for (ExprPtr& value : list->elements) inside = join(std::move(inside), label(*value));
    result.parts.push_back(std::move(inside));
  } else if (auto* optional = std::get_if<MakeOptional>(&expression.node)) {
    if (optional->value) result.parts.push_back(label(*optional->value));
  } else if (auto* call = std::get_if<CallFunction>(&expression.node)) {
    result = label_call(*call);
  } else if (auto* operation = std::get_if<Operation>(&expression.node)) {
    result = label_operation(*operation);
  }
  write_into(expression, result);
  return result;
}

}  // namespace endcap::sema
