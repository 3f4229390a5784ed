print("mesh-generate")
