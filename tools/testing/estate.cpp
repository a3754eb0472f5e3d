// The systems of a test: what was given, and what goes wrong.
#include "tools/testing/estate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "compiler/sema/plain.h"
#include "runtime/abi/shape.h"
#include "runtime/abi/value_json.h"
#include "runtime/value/check.h"

namespace endcap::testing {
namespace {

using abi::Cell;

// "1001" to "1003", as many digits each. Without `last`: the value itself.
std::vector<std::string> counted(const std::string& first, const std::string& last) {
  std::vector<std::string> result;
  for (unsigned long number = std::stoul(first), end = std::stoul(last); number <= end; ++number)
    result.push_back(fmt::format("{:0{}}", number, first.size()));
  return result;
}

std::string joined_key(const std::vector<std::string>& parts) {
  return fmt::format("{}", fmt::join(parts, "/"));
}

}  // namespace

std::string text_of(const abi::Types& types, abi::TypeId type, const abi::Arena& arena, Cell cell) {
  const abi::Type& shape = types[type];
  if (shape.kind == abi::Kind::Optional)
    return cell.bits == 0 ? "" : text_of(types, shape.element, arena, *arena.cells(abi::reference_of(cell)));
  const bool shown =
      !abi::is_reference(shape.kind) || shape.kind == abi::Kind::Text || shape.kind == abi::Kind::Zone;
  return shown && shape.kind != abi::Kind::BusinessDuration ? abi::scalar_text(shape, arena, cell) : "";
}

Estate::Estate(std::shared_ptr<const abi::Program> program)
    : program_(std::move(program)), types_(program_->types) {
  for (const abi::View& view : program_->views) {
    abi::Type record{.kind = abi::Kind::Record, .name = view.name + " key"};
    for (const uint32_t field : view.key) record.fields.push_back(types_[view.record].fields[field]);
    view_keys_.push_back(static_cast<abi::TypeId>(types_.size()));
    types_.push_back(std::move(record));
  }
}

std::string Estate::view_name(uint32_t view) const {
  const std::string& full = program_->views[view].name;
  return full.substr(full.rfind('.') + 1);
}

std::vector<std::string> Estate::keys(uint32_t view) const {
  std::vector<std::string> result;
  const auto found = given_.find(view);
  if (found == given_.end()) return result;
  for (const auto& [key, entity] : found->second) result.push_back(key);
  return result;
}

const Estate::Entity* Estate::find(uint32_t view, const std::string& key) const {
  const auto entities = given_.find(view);
  if (entities == given_.end()) return nullptr;
  const auto found = entities->second.find(key);
  return found == entities->second.end() ? nullptr : &found->second;
}

void Estate::set(uint32_t view, const std::string& key, uint32_t field, const std::string& packed,
                 const std::string& text) {
  for (auto& [name, entity] : given_[view]) {
    if (!key.empty() && name != key) continue;
    entity.fields[field] = packed;
    entity.texts[field] = text;
  }
}

const Estate::Entity& Estate::invent(uint32_t view, const std::map<uint32_t, std::string>& known) {
  Entity entity = inventor_(view, known);
  std::vector<std::string> key;
  for (const uint32_t field : program_->views[view].key) key.push_back(entity.texts[field]);
  return given_[view].insert_or_assign(joined_key(key), std::move(entity)).first->second;
}

// What is given under this key, or invented; null: neither.
const Estate::Entity* Estate::known(uint32_t view, const std::string& key,
                                    const std::vector<std::string>& key_texts) {
  if (const Entity* found = find(view, key)) return found;
  if (!inventor_) return nullptr;
  std::map<uint32_t, std::string> texts;
  for (size_t i = 0; i < key_texts.size() && i < program_->views[view].key.size(); ++i)
    texts[program_->views[view].key[i]] = key_texts[i];
  return &invent(view, texts);
}

bool Estate::is_closed(const CallRequest& request) const {
  uint32_t target = request.target;
  if (request.what == CallRequest::What::Navigation) target = program_->navigations[target].to_view;
  const bool is_view =
      request.what == CallRequest::What::View || request.what == CallRequest::What::Navigation;
  return std::ranges::any_of(closures_, [&](const Closure& closure) {
    return closure.is_view == is_view && closure.target == target && closure.from <= request.now &&
           request.now < closure.until;
  });
}

// ---------------------------------------------------------------- what a test says

Estate::Said Estate::give(const sema::GivenEntity& given) {
  const abi::View& view = program_->views[given.view];
  const auto& fields = types_[view.record].fields;
  Entity plain;
  plain.fields.resize(fields.size() - 1);
  plain.texts.resize(fields.size() - 1);
  for (size_t i = 0; i < plain.fields.size(); ++i) {
    abi::Arena arena;
    plain.fields[i] =
        abi::pack_value(types_, fields[i].type, arena, Cell{}, nullptr);  // an optional that is absent
  }
  std::vector<Entity> made{plain};
  for (const auto& field : given.fields) {
    abi::Arena arena;
    const abi::TypeId type = fields[field.field].type;
    const Cell cell = sema::plain_value(types_, *field.value, arena).value();
    std::vector<std::string> texts{text_of(types_, type, arena, cell)};
    if (field.last) {
      const Cell last = sema::plain_value(types_, *field.last, arena).value();
      texts = counted(texts.front(), text_of(types_, type, arena, last));
    }
    std::vector<Entity> more;
    for (const Entity& each : made) {
      for (const std::string& text : texts) {
        const Cell value = field.last ? Cell{arena.put_text(text)} : cell;
        more.push_back(each);
        more.back().fields[field.field] = abi::pack_value(types_, type, arena, value, nullptr);
        more.back().texts[field.field] = text;
      }
    }
    made = std::move(more);
  }
  for (Entity& entity : made) {
    for (const auto& navigation : given.navigations) {
      auto& keys = entity.entities[navigation.navigation];
      for (const sema::EntityKey& key : navigation.entities) keys.push_back(key_of(key));
      if (navigation.every) entity.every.insert(navigation.navigation);
    }
    std::vector<std::string> key;
    for (const uint32_t field : view.key) key.push_back(entity.texts[field]);
    if (!given_[given.view].emplace(joined_key(key), std::move(entity)).second)
      return std::unexpected(fmt::format("{} \"{}\" is given twice", view_name(given.view), joined_key(key)));
  }
  return {};
}

std::string Estate::key_of(const sema::EntityKey& key) const {
  std::vector<std::string> parts;
  for (const sema::ExprPtr& part : key.key) {
    abi::Arena arena;
    const Cell cell = sema::plain_value(types_, *part, arena).value();
    parts.push_back(text_of(types_, part->type, arena, cell));
  }
  return joined_key(parts);
}

Estate::Said Estate::change(const sema::EntityChange& change) {
  const std::string key = key_of(change.entity);
  auto& entities = given_[change.entity.view];
  const auto found = entities.find(key);
  if (found == entities.end())
    return std::unexpected(
        fmt::format("{} \"{}\" is not given, so it can't change", view_name(change.entity.view), key));
  abi::Arena arena;
  const abi::TypeId type = types_[program_->views[change.entity.view].record].fields[change.field].type;
  const Cell cell = sema::plain_value(types_, *change.value, arena).value();
  found->second.fields[change.field] = abi::pack_value(types_, type, arena, cell, nullptr);
  found->second.texts[change.field] = text_of(types_, type, arena, cell);
  return {};
}

void Estate::fail(const sema::SystemFails& fault) { faults_.push_back({fault, fault.count.value_or(0)}); }

// ---------------------------------------------------------------- calls

std::vector<std::string> Estate::sent_texts(const CallRequest& request) const {
  abi::TypeId type = request.payload_type;
  if (request.what == CallRequest::What::View) type = view_keys_[request.target];
  if (request.what == CallRequest::What::Navigation)
    type = view_keys_[program_->navigations[request.target].from_view];
  std::vector<std::string> texts;
  if (type == abi::kNoType || request.payload.empty()) return texts;
  abi::Arena arena;
  const auto cell = abi::unpack_value(types_, type, request.payload, arena);
  CHECK(cell.has_value());
  for (size_t i = 0; i < types_[type].fields.size(); ++i)
    texts.push_back(
        text_of(types_, types_[type].fields[i].type, arena, arena.cells(abi::reference_of(*cell))[i]));
  return texts;
}

bool Estate::is_about(const sema::About& about, const std::vector<std::string>& texts) const {
  const auto sent = [&](const std::string& text) {
    return std::ranges::find(texts, text) != texts.end() || joined_key(texts) == text;
  };
  if (!about.every) return sent(about.text);
  return std::ranges::any_of(keys(*about.every), sent);
}

// The first that is left and means this call.
const sema::SystemFails* Estate::next_fault(const CallRequest& request,
                                            const std::vector<std::string>& texts) {
  uint32_t view = request.target;
  if (request.what == CallRequest::What::Navigation) view = program_->navigations[request.target].to_view;
  using Of = sema::SystemFails::What;
  const bool is_view =
      request.what == CallRequest::What::View || request.what == CallRequest::What::Navigation;
  const Of of = request.what == CallRequest::What::Advisor ? Of::Advisor : is_view ? Of::View : Of::Operation;
  for (Fault& fault : faults_) {
    const bool meant = fault.said.what == of && fault.said.target == (is_view ? view : request.target) &&
                       (!fault.said.about || is_about(*fault.said.about, texts));
    if (!meant || (fault.said.count && fault.left == 0)) continue;
    if (fault.said.count) --fault.left;
    return &fault.said;
  }
  return nullptr;
}

CallResult Estate::answer(const CallRequest& request) {
  using Kind = ast::FaultStmt::Kind;
  if (is_closed(request))
    return {.kind = CallResult::Kind::Unavailable, .value = "", .rejection = 0, .message = "it is away"};
  if (request.what == CallRequest::What::Ask)
    return {.kind = done_.contains(request.key) ? CallResult::Kind::Ok : CallResult::Kind::NotDone};
  std::vector<std::string> texts = sent_texts(request);
  const bool operation = request.what == CallRequest::What::Operation;
  const bool effect =
      operation && program_->operations[request.target].operation_class != abi::OperationClass::Read;
  if (const sema::SystemFails* fault = next_fault(request, texts)) {
    CallResult result{.kind = CallResult::Kind::Ambiguous,
                      .value = "",
                      .rejection = fault->rejection,
                      .message = "the test says so"};
    if (fault->kind == Kind::Rejected) result.kind = CallResult::Kind::Rejected;
    if (fault->kind == Kind::Unavailable) result.kind = CallResult::Kind::Unavailable;
    if (fault->kind == Kind::Invalid) result.kind = CallResult::Kind::Invalid;
    if (fault->kind == Kind::AnswersTooLate && effect) apply(request, std::move(texts));
    return result;
  }
  if (request.what == CallRequest::What::Advisor) return advice(request);
  if (effect) return apply(request, std::move(texts));
  if (operation) return read_operation(request, texts);
  return request.what == CallRequest::What::View ? read_view(request) : read_navigation(request);
}

// ---------------------------------------------------------------- advisors

bool Estate::is_asked(const sema::GivenAnswer& answer, const CallRequest& request) const {
  if (answer.advisor != request.target) return false;
  abi::Arena asked;
  const abi::TypeId inputs = program_->advisors[request.target].inputs;
  const Cell cell = abi::unpack_value(types_, inputs, request.payload, asked).value();
  for (const auto& [field, expected] : answer.inputs) {
    const abi::TypeId type = types_[inputs].fields[field].type;
    abi::Arena arena;
    const Cell wanted = sema::plain_value(types_, *expected, arena).value();
    if (abi::pack_value(types_, type, arena, wanted, nullptr) !=
        abi::pack_value(types_, type, asked, asked.cells(abi::reference_of(cell))[field], nullptr))
      return false;
  }
  return true;
}

// The first answer that was given for these inputs.
CallResult Estate::advice(const CallRequest& request) {
  const abi::Advisor& advisor = program_->advisors[request.target];
  for (const sema::GivenAnswer* answer : answers_) {
    if (!is_asked(*answer, request)) continue;
    abi::Arena arena;
    const Cell cell = sema::plain_value(types_, *answer->value, arena).value();
    CallResult result{.kind = CallResult::Kind::Ok,
                      .value = abi::pack_value(types_, advisor.output, arena, cell, nullptr)};
    result.says = {.model = "the test",
                   .version = "1",
                   .confidence = decimal_to_text(answer->confidence, 6),
                   .age_seconds = 0};
    return result;
  }
  return missing(fmt::format("{}({}) is asked, and the test does not give what it answers", advisor.name,
                             fmt::join(sent_texts(request), ", ")));
}

std::string Estate::sent_json(const CallRequest& request) const {
  if (request.payload_type == abi::kNoType || request.payload.empty()) return "{}";
  return abi::packed_to_json(types_, request.payload_type, request.payload);
}

// Systems that honour a key do a thing once, however often they are asked.
CallResult Estate::apply(const CallRequest& request, std::vector<std::string> texts) {
  const bool again = !done_.insert(request.key).second;
  if (!again || program_->operations[request.target].strategy == abi::Strategy::Unsafe)
    effects_.push_back({request.call, request.target, std::move(texts), sent_json(request), request.now});
  return {};
}

CallResult Estate::missing(std::string what) {
  if (problem_.empty()) problem_ = std::move(what);
  return {.kind = CallResult::Kind::Invalid, .value = "", .rejection = 0, .message = problem_};
}

// ---------------------------------------------------------------- reads

Cell Estate::record(uint32_t view, const Entity& entity, Instant now, abi::Arena& arena) const {
  const auto& fields = types_[program_->views[view].record].fields;
  std::vector<Cell> cells;
  for (size_t i = 0; i < entity.fields.size(); ++i)
    cells.push_back(abi::unpack_value(types_, fields[i].type, entity.fields[i], arena).value());
  cells.push_back(Cell{now});
  const abi::Reference at = arena.allocate(static_cast<uint32_t>(cells.size() * sizeof(Cell)));
  std::ranges::copy(cells, arena.cells(at));
  return Cell{at};
}

std::string Estate::packed(uint32_t view, const Entity& entity, Instant now, abi::TypeId type) const {
  abi::Arena arena;
  const Cell cell = record(view, entity, now, arena);
  return abi::pack_value(types_, type, arena, cell, nullptr);
}

std::string Estate::packed_list(uint32_t view, const std::vector<const Entity*>& entities, Instant now,
                                abi::TypeId list) const {
  abi::Arena arena;
  if (entities.empty()) return abi::pack_value(types_, list, arena, Cell{}, nullptr);
  std::vector<Cell> cells{Cell{}};  // a header of the size of one cell leads
  for (const Entity* entity : entities) cells.push_back(record(view, *entity, now, arena));
  const abi::Reference at = arena.allocate(static_cast<uint32_t>(cells.size() * sizeof(Cell)));
  std::ranges::copy(cells, arena.cells(at));
  const abi::ListHeader header{static_cast<uint32_t>(entities.size()), 0, 0, 0};
  std::memcpy(arena.at(at), &header, sizeof header);
  return abi::pack_value(types_, list, arena, Cell{at}, nullptr);
}

CallResult Estate::read_view(const CallRequest& request) {
  const auto texts = sent_texts(request);
  const std::string key = joined_key(texts);
  const Entity* found = known(request.target, key, texts);
  if (!found)
    return missing(
        fmt::format("{} \"{}\" is read, and the test does not give it", view_name(request.target), key));
  return {.kind = CallResult::Kind::Ok,
          .value = packed(request.target, *found, request.now, program_->views[request.target].record)};
}

namespace {

// The list or the optional of a view's records among the program's types.
abi::TypeId type_of(const abi::Types& types, abi::Kind kind, abi::TypeId record) {
  for (abi::TypeId i = 0; i < types.size(); ++i) {
    if (types[i].kind == kind && types[i].element == record) return i;
  }
  return abi::kNoType;
}

}  // namespace

CallResult Estate::read_navigation(const CallRequest& request) {
  const abi::Navigation& navigation = program_->navigations[request.target];
  const auto texts = sent_texts(request);
  const std::string key = joined_key(texts);
  const std::string name =
      fmt::format("{} of {} \"{}\"", navigation.name, view_name(navigation.from_view), key);
  const Entity* owner = known(navigation.from_view, key, texts);
  const bool given = owner && owner->entities.contains(request.target);
  if (!given && !inventor_) return missing(fmt::format("{} is read, and the test does not give it", name));
  if (!given && keys(navigation.to_view).empty()) invent(navigation.to_view, {});
  std::vector<const Entity*> entities;
  const auto wanted = !given || owner->every.contains(request.target) ? keys(navigation.to_view)
                                                                      : owner->entities.at(request.target);
  for (const std::string& each : wanted) {
    const Entity* found = known(navigation.to_view, each, {each});
    if (!found)
      return missing(fmt::format("{} has {} \"{}\" in it, which the test does not give", name,
                                 view_name(navigation.to_view), each));
    entities.push_back(found);
  }
  if (!navigation.many) return read_one(navigation, entities, request.now);
  const abi::TypeId list =
      type_of(program_->types, abi::Kind::List, program_->views[navigation.to_view].record);
  CHECK(list != abi::kNoType);
  return {.kind = CallResult::Kind::Ok,
          .value = packed_list(navigation.to_view, entities, request.now, list)};
}

// The first of them, where there may be one.
CallResult Estate::read_one(const abi::Navigation& navigation, const std::vector<const Entity*>& found,
                            Instant now) const {
  const abi::TypeId entity = program_->views[navigation.to_view].record;
  if (navigation.required) {
    CHECK(!found.empty());
    return {.kind = CallResult::Kind::Ok, .value = packed(navigation.to_view, *found.front(), now, entity)};
  }
  const abi::TypeId optional = type_of(program_->types, abi::Kind::Optional, entity);
  CHECK(optional != abi::kNoType);
  abi::Arena arena;
  Cell cell;
  if (!found.empty()) {
    const Cell inside = record(navigation.to_view, *found.front(), now, arena);
    const abi::Reference at = arena.allocate(sizeof(Cell));
    *arena.cells(at) = inside;
    cell = Cell{at};
  }
  return {.kind = CallResult::Kind::Ok, .value = abi::pack_value(types_, optional, arena, cell, nullptr)};
}

// What is given of the view that it answers with, and equal in every field that is sent.
CallResult Estate::read_operation(const CallRequest& request, const std::vector<std::string>& texts) {
  const abi::Operation& operation = program_->operations[request.target];
  CHECK(operation.result_view.has_value());
  const abi::View& view = program_->views[*operation.result_view];
  std::vector<std::pair<size_t, std::string>> wanted;
  for (size_t i = 0; i < operation.fields.size(); ++i) {
    const auto same = [&](const abi::ViewField& field) {
      return field.wire.name == operation.fields[i].name;
    };
    const auto field = std::ranges::find_if(view.fields, same);
    if (field == view.fields.end())
      return missing(fmt::format("a test can't answer {}: nothing of {} says what its `{}` is",
                                 operation.name, view_name(*operation.result_view),
                                 operation.fields[i].name));
    wanted.emplace_back(field - view.fields.begin(), texts[i]);
  }
  std::vector<const Entity*> found;
  for (const auto& [key, entity] : given_[*operation.result_view]) {
    if (std::ranges::all_of(wanted,
                            [&](const auto& each) { return entity.texts[each.first] == each.second; }))
      found.push_back(&entity);
  }
  if (found.empty() && inventor_) {
    std::map<uint32_t, std::string> known;
    for (const auto& [field, text] : wanted) known[static_cast<uint32_t>(field)] = text;
    found.push_back(&invent(*operation.result_view, known));
  }
  // An empty list is an answer; one of nothing that was ever given is a gap in the test.
  const bool gap = operation.result_many ? given_[*operation.result_view].empty() : found.empty();
  if (gap)
    return missing(fmt::format("{}({}) is read, and the test gives no {} for it", operation.name,
                               fmt::join(texts, ", "), view_name(*operation.result_view)));
  if (operation.result_many)
    return {.kind = CallResult::Kind::Ok,
            .value = packed_list(*operation.result_view, found, request.now,
                                 type_of(program_->types, abi::Kind::List, view.record))};
  return {.kind = CallResult::Kind::Ok,
          .value = packed(*operation.result_view, *found.front(), request.now, view.record)};
}

}  // namespace endcap::testing
