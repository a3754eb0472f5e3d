// The names a statement or expression can use: one table of locals, and blocks that open and close over it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "compiler/sema/context.h"

namespace endcap::sema {

class Scope {
  struct Block {
    std::string what;
    std::map<std::string, LocalId> names;
  };

 public:
  Scope(Context& context, std::vector<Local>& locals) : context_(context), locals_(locals) { open(""); }

  // A block; `what` says where names of it are known ("step gate"), for those who ask too late.
  void open(std::string what);
  void close();
  // Closes the block but keeps `kept` for the block around it.
  void close_keeping(const std::vector<LocalId>& kept);
  // Another name for a local that is known already.
  void call(const std::string& name, LocalId id);
  // Makes a name of a block that is closed known in the one around it.
  void keep(LocalId id);

  // Names are never shadowed: a second one is told, and still gives a local, so that the rest can be read.
  LocalId declare(const ast::Name& name, TypeId type);
  LocalId hidden(std::string name, TypeId type, Span span);  // a local without a name to look up

  std::optional<LocalId> find(const std::string& name) const;
  // Where a name was known that is no longer: "step gate".
  const std::string* left(const std::string& name) const;
  std::vector<std::string> names() const;
  // What is known at a place, and going back there: what was known where one came from is given.
  struct Place {
    std::vector<Block> blocks;
    std::map<std::string, std::string> left;
  };
  Place here() const;
  Place go(Place to);
  // Names that would be known if something else were written, and what. Of one condition: the next call
  // replaces them.
  void offer(std::map<std::string, std::string> remedies) { remedies_ = std::move(remedies); }
  const std::string* remedy(const std::string& name) const;

  Local& operator[](LocalId id) { return locals_[id.index]; }
  const Local& operator[](LocalId id) const { return locals_[id.index]; }
  size_t depth() const { return blocks_.size(); }
  size_t size() const { return locals_.size(); }

 private:
  Context& context_;
  std::vector<Local>& locals_;
  std::vector<Block> blocks_;
  std::map<std::string, std::string> left_;
  std::map<std::string, std::string> remedies_;
};

}  // namespace endcap::sema
