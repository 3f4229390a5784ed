print("mesh-operator")
