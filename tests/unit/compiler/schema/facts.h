// What a metadata file says, as a sorted list of facts, told twice: by walking the XML and by walking the
// imported model. Equal lists mean that nothing was lost and nothing was made up.
#pragma once

#include <pugixml.hpp>
#include <string>
#include <vector>

#include "compiler/schema/model.h"

namespace endcap::test {

std::vector<std::string> facts_of_xml(const pugi::xml_document& document);
std::vector<std::string> facts_of_model(const schema::Schema& schema);

}  // namespace endcap::test
