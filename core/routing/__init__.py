"""Map data and travel times: city files, the OSM import, the road graph, the training city."""
