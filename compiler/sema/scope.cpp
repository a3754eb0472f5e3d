// Names in blocks.
#include "compiler/sema/scope.h"

#include <algorithm>
#include <utility>

namespace endcap::sema {

void Scope::open(std::string what) { blocks_.push_back({std::move(what), {}}); }

void Scope::close() { close_keeping({}); }

void Scope::close_keeping(const std::vector<LocalId>& kept) {
  Block closed = std::move(blocks_.back());
  blocks_.pop_back();
  for (const auto& [name, local] : closed.names) {
    if (std::ranges::find(kept, local) != kept.end()) {
      blocks_.back().names.emplace(name, local);
      continue;
    }
    left_[name] = closed.what;
  }
}

void Scope::call(const std::string& name, LocalId id) { blocks_.back().names.emplace(name, id); }

void Scope::keep(LocalId id) { blocks_.back().names.emplace(locals_[id.index].name, id); }

LocalId Scope::hidden(std::string name, TypeId type, Span span) {
  locals_.push_back({.name = std::move(name), .type = type, .span = span});
  return LocalId(locals_.size() - 1);
}

LocalId Scope::declare(const ast::Name& name, TypeId type) {
  if (const auto there = find(name.text)) {
    context_.emit(DiagnosticKind::DuplicateName, name.span, {name.text})
        .label(locals_[there->index].span, "declared here first");
    return hidden(name.text, type, name.span);
  }
  const LocalId local = hidden(name.text, type, name.span);
  blocks_.back().names.emplace(name.text, local);
  return local;
}

Scope::Place Scope::here() const { return {blocks_, left_}; }

Scope::Place Scope::go(Place to) {
  Place from{std::exchange(blocks_, std::move(to.blocks)), std::exchange(left_, std::move(to.left))};
  remedies_.clear();
  return from;
}

std::optional<LocalId> Scope::find(const std::string& name) const {
  for (auto block = blocks_.rbegin(); block != blocks_.rend(); ++block) {
    if (const auto found = block->names.find(name); found != block->names.end()) return found->second;
  }
  return std::nullopt;
}

const std::string* Scope::remedy(const std::string& name) const {
  const auto found = remedies_.find(name);
  return found == remedies_.end() ? nullptr : &found->second;
}

const std::string* Scope::left(const std::string& name) const {
  const auto found = left_.find(name);
  return found == left_.end() || found->second.empty() ? nullptr : &found->second;
}

std::vector<std::string> Scope::names() const {
  std::vector<std::string> all;
  for (const Block& block : blocks_) {
    for (const auto& [name, local] : block.names) all.push_back(name);
  }
  return all;
}

}  // namespace endcap::sema
