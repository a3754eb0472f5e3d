// Annotations blocks stand apart from what they describe: each is put on its target, found by path
// ("Self.Container/Set", "Self.Type/Property"). What is outside of the file stays with the schema as it is.
#include "compiler/schema/reader.h"

namespace endcap::schema {

namespace {

using Slots = std::vector<std::vector<Annotation>*>;

class TargetIndex {
 public:
  explicit TargetIndex(Schema& schema) : schema_(schema) {
    for (auto& type : schema.types) {
      add(type.name, type.annotations);
      for (auto& property : type.properties) add(type.name + "/" + property.name, property.annotations);
      for (auto& navigation : type.navigations)
        add(type.name + "/" + navigation.name, navigation.annotations);
    }
    for (auto& one : schema.enums) {
      add(one.name, one.annotations);
      for (auto& member : one.members) add(one.name + "/" + member.name, member.annotations);
    }
    for (auto& definition : schema.definitions) add(definition.name, definition.annotations);
    for (auto& association : schema.associations) add(association.name, association.annotations);
    for (auto& container : schema.containers) add_container(container);
    for (auto& callable : schema.callables) {
      if (!callable.imported) add_callable(callable.name, callable);
    }
  }

  const Slots* find(const std::string& path) const {
    if (auto found = index_.find(path); found != index_.end()) return &found->second;
    return find_inherited(path);
  }

 private:
  void add(std::string path, std::vector<Annotation>& annotations) {
    index_[std::move(path)].push_back(&annotations);
  }

  // Container members: the model has one list for the file, as files have one container in practice.
  void add_container(Container& container) {
    add(container.name, container.annotations);
    for (auto& set : schema_.sets) add(container.name + "/" + set.name, set.annotations);
    for (auto& set : schema_.association_sets) add(container.name + "/" + set.name, set.annotations);
    for (auto& callable : schema_.callables) {
      if (callable.imported) add_callable(container.name + "/" + callable.name, callable);
    }
  }

  // All overloads by name, one by its signature: "Self.Rate(Self.Product,Edm.Int32)".
  void add_callable(const std::string& path, Callable& callable) {
    std::string signature = path + "(";
    for (size_t i = 0; i < callable.parameters.size(); ++i) {
      auto& type = callable.parameters[i].type;
      signature += i ? "," : "";
      signature += type.collection ? "Collection(" + type.full + ")" : type.full;
    }
    signature += ")";
    for (const std::string& start : {path, signature}) {
      add(start, callable.annotations);
      for (auto& parameter : callable.parameters) add(start + "/" + parameter.name, parameter.annotations);
    }
  }

  // A property of a base type, named by the derived one.
  const Slots* find_inherited(const std::string& path) const {
    size_t slash = path.find('/');
    if (slash == path.npos) return nullptr;
    const EntityType* type = schema_.find_type(path.substr(0, slash));
    for (int hops = 0; type && !type->base.empty() && hops < 64; ++hops) {
      auto found = index_.find(type->base + path.substr(slash));
      if (found != index_.end()) return &found->second;
      type = schema_.find_type(type->base);
    }
    return nullptr;
  }

  Schema& schema_;
  std::unordered_map<std::string, Slots> index_;
};

// "Self.Container/Set": the part before the first slash may start with an alias.
std::string without_alias(const Reader& reader, const std::string& target) {
  size_t end = target.find_first_of("/(");
  std::string head = reader.qualified(target.substr(0, end));
  return end == target.npos ? head : head + target.substr(end);
}

bool is_ours(const Reader& reader, const std::string& target) {
  std::string head = target.substr(0, target.find_first_of("/("));
  size_t dot = head.rfind('.');
  if (dot == head.npos) return true;
  for (auto& name_space : reader.schema.namespaces) {
    if (head.substr(0, dot) == name_space) return true;
  }
  return false;
}

}  // namespace

void attach_targets(Reader& reader) {
  if (reader.targets.empty()) return;
  TargetIndex index(reader.schema);
  for (auto& [block, written] : reader.targets) {
    std::string target = without_alias(reader, written);
    std::vector<Annotation> annotations;
    std::string_view qualifier = block.attribute("Qualifier").value();
    keep_attributes(reader, block, {"Target", "Qualifier"}, annotations);
    for (auto child : block.children()) {
      if (local_name(child) == "Annotation")
        read_annotation(reader, child, "", qualifier, annotations);
      else
        keep_child(reader, child, annotations);
    }
    if (const Slots* slots = index.find(target)) {
      for (auto* slot : *slots) slot->insert(slot->end(), annotations.begin(), annotations.end());
      continue;
    }
    if (is_ours(reader, target)) reader.warn(DiagnosticKind::SchemaTargetLost, block, {written}, "Target");
    reader.schema.external_annotations.emplace_back(written, std::move(annotations));
  }
}

}  // namespace endcap::schema
